namespace Dispatch.Model;

/// <summary>A key of one project. Revoking deletes the row. Times are milliseconds since the Unix epoch, UTC.</summary>
internal sealed class ApiKey
{
    public Guid Id { get; init; }

    public Guid ProjectId { get; init; }

    public required string Label { get; init; }

    /// <summary>SHA-256 of the key's ASCII text, 32 bytes. The key itself is not stored.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The key's last four characters, so that a person can tell keys apart.</summary>
    public required string LastFour { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>Written at most once a minute. Null: never used.</summary>
    public long? LastUsedAt { get; set; }
}
