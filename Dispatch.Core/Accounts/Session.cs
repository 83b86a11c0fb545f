namespace Dispatch.Accounts;

/// <summary>A bearer token's row. The token is not stored, only its SHA-256. Signing out deletes the row.</summary>
public sealed class Session
{
    public Guid Id { get; init; }

    public Guid AccountId { get; init; }

    /// <summary>SHA-256 of the token's ASCII text, 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long ExpiresAt { get; init; }
}
