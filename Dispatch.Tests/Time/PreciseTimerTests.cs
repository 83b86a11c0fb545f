using Dispatch.Time;

namespace Dispatch.Tests.Time;

public sealed class PreciseTimerTests
{
    [Fact]
    public async Task Nobody_is_woken_early_in_5000_waits()
    {
        using var preciseTimer = new PreciseTimer(TimeProvider.System);
        var start = TimeProvider.System.NowMs();
        var early = await Task.WhenAll(Enumerable.Range(0, 5000).Select(async i =>
        {
            var instant = start + 20 + (i % 700);
            await preciseTimer.WaitUntilAsync(instant, TestContext.Current.CancellationToken);
            return TimeProvider.System.NowMs() < instant;
        }));

        Assert.DoesNotContain(true, early);
    }

    [Fact]
    public async Task A_later_wait_does_not_hold_up_an_earlier_one()
    {
        using var preciseTimer = new PreciseTimer(TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var late = preciseTimer.WaitUntilAsync(TimeProvider.System.NowMs() + 60_000, stop.Token);
        await preciseTimer.WaitUntilAsync(TimeProvider.System.NowMs() + 30, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.False(late.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
    }

    [Fact]
    public async Task An_instant_that_has_passed_is_not_waited_for()
    {
        using var preciseTimer = new PreciseTimer(TimeProvider.System);
        Assert.True(preciseTimer.WaitUntilAsync(0, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        await Task.CompletedTask;
    }
}
