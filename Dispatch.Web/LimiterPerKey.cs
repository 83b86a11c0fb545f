using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Dispatch.Web;

/// <summary>
/// A rate limiter for each key, made at the key's first try and forgotten once it is full again. <see cref="PartitionedRateLimiter"/> does
/// the same with a timer that rings ten times a second for as long as it lives: five of them took half of what an idle host costs
/// (`bench/run.sh idle`). This limiter lets time pass when somebody asks.
/// </summary>
/// <param name="make">A full limiter. One that is filled again by time must leave that to its caller (AutoReplenishment off).</param>
/// <param name="keepUnused">How long a limiter is kept that nobody has asked since it was full; 10 s unless told otherwise.</param>
internal sealed class LimiterPerKey<TKey>(Func<RateLimiter> make, TimeSpan? keepUnused = null) where TKey : notnull
{
    private readonly TimeSpan keepUnused = keepUnused ?? TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<TKey, RateLimiter> limiters = new();   // never disposed: without timers they hold nothing
    private long clearedAt = Environment.TickCount64;

    /// <summary>How many keys are kept.</summary>
    public int Count => limiters.Count;

    /// <summary>Takes so many permits of the key's, or none. Dispose the lease to give back what a concurrency limiter counts.</summary>
    public RateLimitLease AttemptAcquire(TKey key, int permits = 1)
    {
        ForgetUnused();
        return Filled(limiters.GetOrAdd(key, _ => make())).AttemptAcquire(permits);
    }

    private void ForgetUnused()
    {
        var (last, now) = (Volatile.Read(ref clearedAt), Environment.TickCount64);
        if (now - last < keepUnused.TotalMilliseconds || Interlocked.CompareExchange(ref clearedAt, now, last) != last) return;
        foreach (var (key, limiter) in limiters)
        {
            if (Filled(limiter).IdleDuration > keepUnused) limiters.TryRemove(key, out _);
        }
    }

    private static RateLimiter Filled(RateLimiter limiter)
    {
        if (limiter is ReplenishingRateLimiter byTime) byTime.TryReplenish();
        return limiter;
    }
}
