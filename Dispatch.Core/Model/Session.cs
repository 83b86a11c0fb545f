namespace Dispatch.Model;

/// <summary>
/// Someone who is signed in: a browser, whose cookie names the row, or the holder of a bearer token, of which only the SHA-256 is stored.
/// Signing out deletes the row, and what it opened is closed at once.
/// </summary>
internal sealed class Session
{
    public const int MaxUserAgent = 256;

    /// <summary>The text of an IPv6 address with a mapped IPv4 one, and of its zone.</summary>
    public const int MaxAddress = 64;

    public Guid Id { get; init; }

    public Guid AccountId { get; init; }

    public SessionKind Kind { get; init; }

    /// <summary>SHA-256 of the token's ASCII text, 32 bytes. For a browser, whose cookie is encrypted and names the id, of a token that nobody has.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What the browser or program called itself when it signed in, cut at <see cref="MaxUserAgent"/>.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Where it signed in from.</summary>
    public string? IpAddress { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC; written at most once a minute.</summary>
    public long LastSeenAt { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC. A browser's moves on with use, a token's does not.</summary>
    public long ExpiresAt { get; init; }
}

/// <summary>What a session is carried by.</summary>
internal enum SessionKind
{
    /// <summary><c>Authorization: Bearer ses_…</c>.</summary>
    Token,

    /// <summary>The pages' cookie.</summary>
    Browser,
}
