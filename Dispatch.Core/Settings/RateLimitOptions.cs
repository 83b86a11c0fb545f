namespace Dispatch.Settings;

/// <summary><c>RateLimits:*</c>: limits for password checks and new accounts.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Tries per minute with one e-mail address, whether an account has it or not. 1 to 100,000.</summary>
    public int PerAccount { get; set; } = 10;

    /// <summary>Tries per minute from one IP address (IPv6: one /64). 1 to 100,000.</summary>
    public int PerAddress { get; set; } = 30;

    /// <summary>Password checks that may wait; only one runs at a time, because each is expensive. 0 to 1,000.</summary>
    public int PasswordQueue { get; set; } = 16;
}
