namespace Dispatch.Model;

/// <summary>A signed-in browser or a bearer token. Signing out deletes the row. Times are milliseconds since the Unix epoch, UTC.</summary>
internal sealed class Session
{
    public const int MaxUserAgent = 256;

    public const int MaxAddress = 64;   // an IPv6 address with a mapped IPv4 address and a zone

    public Guid Id { get; init; }

    public Guid AccountId { get; init; }

    public SessionKind Kind { get; init; }

    /// <summary>SHA-256 of the token's ASCII text, 32 bytes. A browser has a cookie instead; its hash is of an unknown token.</summary>
    public required byte[] Hash { get; init; }

    public string? UserAgent { get; init; }

    public string? IpAddress { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>Written at most once a minute.</summary>
    public long LastSeenAt { get; init; }

    /// <summary>A browser's session is extended by use, a token is not.</summary>
    public long ExpiresAt { get; init; }
}

internal enum SessionKind
{
    /// <summary><c>Authorization: Bearer ses_…</c>.</summary>
    Token,

    Browser,
}
