using System.Threading.RateLimiting;
using Dispatch.Web;

namespace Dispatch.Tests.Accounts;

/// <summary>
/// The limiters have a clock of their own, so these tests let real time pass: as little as it takes, and as long as it needs.
/// </summary>
public sealed class LimiterPerKeyTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Each_key_has_permits_of_its_own_and_gets_them_back_when_its_window_is_over()
    {
        var limits = new LimiterPerKey<string>(() => new FixedWindowRateLimiter(new FixedWindowRateLimiterOptions
        {
            PermitLimit = 2,
            Window = TimeSpan.FromMinutes(1),
            AutoReplenishment = false,
        }));
        Assert.True(Takes(limits, "a") && Takes(limits, "a"));
        Assert.False(Takes(limits, "a"));
        Assert.True(Takes(limits, "b"));

        var brief = new LimiterPerKey<string>(() => new FixedWindowRateLimiter(new FixedWindowRateLimiterOptions
        {
            PermitLimit = 2,
            Window = Window,
            AutoReplenishment = false,
        }));
        Assert.True(Takes(brief, "a"));
        await UntilAsync(() => !Takes(brief, "a"));
        await UntilAsync(() => Takes(brief, "a"));
    }

    [Fact]
    public async Task A_bucket_fills_as_time_passes()
    {
        var limits = new LimiterPerKey<int>(() => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = 10,
            TokensPerPeriod = 10,
            ReplenishmentPeriod = Window,
            AutoReplenishment = false,
        }));
        using (var all = limits.AttemptAcquire(1, 10)) Assert.True(all.IsAcquired);
        await UntilAsync(() => Takes(limits, 1));
    }

    [Fact]
    public void Places_are_given_back()
    {
        var limits = new LimiterPerKey<int>(() => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 1 }));
        using (var place = limits.AttemptAcquire(1)) Assert.True(place.IsAcquired && !Takes(limits, 1));
        Assert.True(Takes(limits, 1));
    }

    [Fact]
    public async Task A_key_is_forgotten_when_nobody_asks_for_it_and_not_while_it_is_used_up()
    {
        var limits = new LimiterPerKey<string>(
            () => new FixedWindowRateLimiter(new FixedWindowRateLimiterOptions
            {
                PermitLimit = 1,
                Window = 20 * Window,
                AutoReplenishment = false,
            }),
            keepUnused: TimeSpan.FromMilliseconds(10));
        for (var key = 0; key < 100; key++) Assert.True(Takes(limits, $"{key}"));
        Assert.False(Takes(limits, "0"));
        Assert.Equal(100, limits.Count);

        await UntilAsync(() => !Takes(limits, "another") && limits.Count == 1);
        Assert.True(Takes(limits, "0"));
    }

    private static bool Takes<TKey>(LimiterPerKey<TKey> limits, TKey key) where TKey : notnull
    {
        using var lease = limits.AttemptAcquire(key);
        return lease.IsAcquired;
    }

    private static async Task UntilAsync(Func<bool> happened)
    {
        var limit = DateTime.UtcNow.AddSeconds(20);
        while (!happened())
        {
            Assert.True(DateTime.UtcNow < limit, "It did not happen within 20 s");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
