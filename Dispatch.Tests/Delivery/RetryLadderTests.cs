using Dispatch.Delivery;
using Dispatch.Model;

namespace Dispatch.Tests.Delivery;

public sealed class RetryLadderTests
{
    private const long Ended = 1_765_703_400_123;

    [Theory]
    [InlineData(0, 30_000)]
    [InlineData(1, 60_000)]
    public void Failed_delivery_is_retried_after_30_seconds_then_after_a_minute(int retryCount, long delayMs)
    {
        var step = new RetryLadder(new()).After(succeeded: false, retryCount, Ended);

        Assert.Equal(new NextStep.Retry(Ended + delayMs), step);
        Assert.Same(Transition.Retry, step.Transition);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Third_failed_attempt_is_the_last(int retryCount)
    {
        var step = new RetryLadder(new()).After(succeeded: false, retryCount, Ended);

        Assert.IsType<NextStep.Exhaust>(step);
        Assert.Same(Transition.Exhaust, step.Transition);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Success_ends_it_on_any_attempt(int retryCount)
    {
        var step = new RetryLadder(new()).After(succeeded: true, retryCount, Ended);

        Assert.IsType<NextStep.Deliver>(step);
        Assert.Same(Transition.Deliver, step.Transition);
    }

    [Fact]
    public void Last_rung_is_the_ceiling_of_longer_ladders()
    {
        var ladder = new RetryLadder(new() { MaxAttempts = 6 });

        var delays = Enumerable.Range(0, 5).Select(retry => ((NextStep.Retry)ladder.After(succeeded: false, retry, Ended)).DueAtMs - Ended);

        Assert.Equal([30_000, 60_000, 300_000, 300_000, 300_000], delays);
        Assert.IsType<NextStep.Exhaust>(ladder.After(succeeded: false, 5, Ended));
    }

    [Fact]
    public void One_attempt_means_no_retry() =>
        Assert.IsType<NextStep.Exhaust>(new RetryLadder(new() { MaxAttempts = 1, RetryLadder = [] }).After(succeeded: false, 0, Ended));

    [Fact]
    public void Fraction_of_a_millisecond_is_never_early() =>
        Assert.Equal(
            new NextStep.Retry(Ended + 2),
            new RetryLadder(new() { RetryLadder = [TimeSpan.FromMicroseconds(1_001)] }).After(succeeded: false, 0, Ended));
}
