namespace Dispatch.Model;

/// <summary>
/// A signed-in browser or a bearer token. Signing out deletes the row and closes the session's connections at once. Times are milliseconds
/// since the Unix epoch, UTC.
/// </summary>
internal sealed class Session
{
    public const int MaxUserAgent = 256;

    /// <summary>Characters of an IPv6 address with a mapped IPv4 address and a zone.</summary>
    public const int MaxAddress = 64;

    public Guid Id { get; init; }

    public Guid AccountId { get; init; }

    public SessionKind Kind { get; init; }

    /// <summary>SHA-256 of the token's ASCII text, 32 bytes. A browser has a cookie instead; its hash is of an unknown token.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The <c>User-Agent</c> at sign-in, cut at <see cref="MaxUserAgent"/>.</summary>
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

    /// <summary>The cookie of the pages.</summary>
    Browser,
}
