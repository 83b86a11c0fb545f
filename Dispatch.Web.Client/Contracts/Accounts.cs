namespace Dispatch.Web.Client.Contracts;

/// <summary>Who wants to register or sign in.</summary>
public sealed record Credentials
{
    /// <summary>E-mail address, at most 254 characters; upper and lower case are the same.</summary>
    public required string Email { get; init; }

    /// <summary>At least 8 characters.</summary>
    public required string Password { get; init; }
}

/// <summary>A change of password.</summary>
public sealed record PasswordChange
{
    /// <summary>The password until now.</summary>
    public required string CurrentPassword { get; init; }

    /// <summary>The password from now on, at least 8 characters.</summary>
    public required string NewPassword { get; init; }
}

/// <summary>The confirmation that an account is to be deleted.</summary>
public sealed record AccountDeletion
{
    /// <summary>The account's password.</summary>
    public required string Password { get; init; }
}

/// <summary>A signed-in person.</summary>
public sealed record UserDto
{
    /// <summary>The account's id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The account's e-mail address.</summary>
    public required string Email { get; init; }
}

/// <summary>A new session.</summary>
public sealed record SessionDto
{
    /// <summary>The token for <c>Authorization: Bearer</c>: <c>ses_</c> and 64 hexadecimal characters.</summary>
    public required string Token { get; init; }

    /// <summary>When the token expires, RFC 3339 UTC: 30 days after it was made.</summary>
    public required string ExpiresAt { get; init; }

    /// <summary>Who is signed in.</summary>
    public required UserDto User { get; init; }
}
