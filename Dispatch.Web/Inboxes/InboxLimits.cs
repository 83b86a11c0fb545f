using System.Threading.RateLimiting;
using Dispatch.Fairness;

namespace Dispatch.Web.Inboxes;

/// <summary>
/// What one inbox may take of this host. Whoever knows its address can send to it, so all of it is bounded, and far above what a person who
/// tries things out needs: thousands of deliveries at one instant are answered.
/// </summary>
/// <param name="second">How long the buckets take for what they are filled with in a second; tests let them stay empty.</param>
internal sealed class InboxLimits(TimeSpan second)
{
    /// <summary>
    /// Requests inside at once, those that wait for their answer included. An answer that is slow by choice costs a connection and a timer.
    /// </summary>
    private const int MaxInside = 1024;

    private const int Burst = 10_000;
    private const int PerSecond = 500;

    // Every kept byte is written to the disk that jobs are written to.
    private const int BurstKilobytes = 32 * 1024;
    private const int KilobytesPerSecond = 1024;

    // Of bodies that are read or wait to be stored; one account gets half.
    private const int MaxBytes = 32 * 1024 * 1024;
    private const int BesideBody = 4 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly FairLimiter bytes = new(new FairLimits(MaxBytes));
    private readonly LimiterPerKey<Guid> inside = new(
        () => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = MaxInside }));
    private readonly LimiterPerKey<Guid> rate = Bucket(Burst, PerSecond, second);
    private readonly LimiterPerKey<Guid> kilobytes = Bucket(BurstKilobytes, KilobytesPerSecond, second);

    public InboxLimits()
        : this(TimeSpan.FromSeconds(1))
    {
    }

    /// <summary>A place for one request; give it back by disposing. Not acquired: too many are inside.</summary>
    public RateLimitLease Enter(Guid projectId) => inside.AttemptAcquire(projectId);

    /// <summary>Room in memory for a body; give it back when it is stored. Null: the account's share stayed full for two seconds.</summary>
    public ValueTask<Permit?> ReserveAsync(Guid accountId, Guid projectId, int bodyBytes, CancellationToken cancellation) =>
        bytes.TryEnterAsync(new Share(accountId, projectId, ""), bodyBytes + BesideBody, Patience, cancellation);

    /// <summary>Counts the request. False: there were too many.</summary>
    public bool MayCome(Guid projectId)
    {
        using var lease = rate.AttemptAcquire(projectId);
        return lease.IsAcquired;
    }

    /// <summary>Counts what keeping the request costs. False: it is answered, but not kept.</summary>
    public bool MayStore(Guid projectId, int bodyBytes)
    {
        using var lease = kilobytes.AttemptAcquire(projectId, 1 + (bodyBytes / 1024));
        return lease.IsAcquired;
    }

    private static LimiterPerKey<Guid> Bucket(int burst, int perSecond, TimeSpan second) =>
        new(() => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = second,
            AutoReplenishment = false,
        }));
}
