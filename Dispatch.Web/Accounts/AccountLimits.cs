using System.Net;
using System.Threading.RateLimiting;
using Dispatch.Settings;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Limits the tries per minute for each address and each account, so that nobody guesses a password. Lets one password hash run at a time,
/// so that guessing does not take the processor that deliveries need.
/// </summary>
internal sealed class AccountLimits(RateLimitOptions options) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly LimiterPerKey<string> perAddress = PerMinute(options.PerAddress);
    private readonly LimiterPerKey<string> perAccount = PerMinute(options.PerAccount);

    private readonly ConcurrencyLimiter turns = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = 1,
        QueueLimit = options.PasswordQueue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Counts a try; a failure when there were too many.</summary>
    /// <param name="account">The e-mail address tried, or the account's id.</param>
    public Failure? Count(IPAddress? address, string account)
    {
        if (Count(address) is { } tooMany) return tooMany;
        using var byAccount = perAccount.AttemptAcquire(account.ToUpperInvariant());
        return byAccount.IsAcquired ? null : TooMany(byAccount);
    }

    /// <summary>Counts a try that names no account, such as one with a passkey.</summary>
    public Failure? Count(IPAddress? address)
    {
        using var byAddress = perAddress.AttemptAcquire(ClientAddress.Network(address));
        return byAddress.IsAcquired ? null : TooMany(byAddress);
    }

    /// <summary>Waits for the turn to hash a password; not acquired when too many wait already. Dispose it afterwards.</summary>
    public ValueTask<RateLimitLease> TakeTurnAsync(CancellationToken cancellation) => turns.AcquireAsync(1, cancellation);

    public static Failure Busy { get; } = TooMany(TimeSpan.FromSeconds(1), "Too many people sign in at the moment, try again in a second");

    public void Dispose() => turns.Dispose();

    private static LimiterPerKey<string> PerMinute(int permits) =>
        new(() => new FixedWindowRateLimiter(
            new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = Window, AutoReplenishment = false }));

    private static Failure TooMany(RateLimitLease lease) =>
        TooMany(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window, "Too many tries, wait a minute and try again");

    private static Failure TooMany(TimeSpan wait, string message) => new(429, message, new ApiError("too_many_requests"), RetryAfter: wait);
}
