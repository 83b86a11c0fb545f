namespace Dispatch.Model;

/// <summary>A key of one project. The key itself is not stored, only its SHA-256. Revoking deletes the row.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; init; }

    public Guid ProjectId { get; init; }

    public required string Label { get; init; }

    /// <summary>SHA-256 of the key's ASCII text, 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The key's last four characters, so that a person can tell keys apart.</summary>
    public required string LastFour { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC; written at most once a minute.</summary>
    public long? LastUsedAt { get; set; }
}
