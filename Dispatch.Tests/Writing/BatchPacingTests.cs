using Dispatch.Writing;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Writing;

public sealed class BatchPacingTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly BatchPacing pacing;

    public BatchPacingTests() => pacing = new(Ms(4), Ms(60), clock);

    [Fact]
    public void The_first_write_begins_at_once()
    {
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(1, 0, null)));
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(0, 1, null)));
    }

    [Fact]
    public void Nothing_waits_for_ever_without_a_write() => Assert.Equal(TimeSpan.MaxValue, pacing.Wait(new WaitingWrites(0, 0, null)));

    [Fact]
    public void A_caller_waits_only_for_the_gap_after_the_last_batch()
    {
        Run(withEngineWrites: true, Ms(1));

        Assert.Equal(Ms(3), pacing.Wait(new WaitingWrites(1, 0, null)));
        clock.Advance(Ms(3));
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(1, 0, null)));
    }

    [Fact]
    public void Writes_of_the_engine_wait_for_company_and_callers_do_not_take_them_along()
    {
        Run(withEngineWrites: true, Ms(1));
        clock.Advance(Ms(9));

        Assert.Equal(Ms(50), pacing.Wait(new WaitingWrites(0, 5, null)));
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(1, 5, null)));
        Assert.False(pacing.TakesEngineWrites(new WaitingWrites(1, 5, null)));
        clock.Advance(Ms(46));
        Assert.True(pacing.TakesEngineWrites(new WaitingWrites(1, 5, null)));   // it would be due before the next batch
    }

    [Fact]
    public void A_full_batch_does_not_wait()
    {
        Run(withEngineWrites: true, Ms(1));

        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(0, 1000, null, IsFull: true)));
        Assert.True(pacing.TakesEngineWrites(new WaitingWrites(0, 1000, null, IsFull: true)));
    }

    [Fact]
    public void A_claim_ends_the_wait_in_time_to_be_durable()
    {
        Run(withEngineWrites: true, Ms(1));

        Assert.Equal(Ms(30) - pacing.ExpectedCommit, pacing.Wait(new WaitingWrites(0, 1, Ms(30))));
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(0, 1, Ms(5))));
        Assert.Equal(Ms(59), pacing.Wait(new WaitingWrites(0, 1, Ms(1000))));
    }

    [Fact]
    public void Claims_that_are_late_already_wait_a_little_for_company()
    {
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(0, 1, Ms(-5))));
        Run(withEngineWrites: true, Ms(1));

        Assert.Equal(Ms(9), pacing.Wait(new WaitingWrites(0, 1, Ms(-5))));
        clock.Advance(Ms(9));
        Assert.Equal(TimeSpan.Zero, pacing.Wait(new WaitingWrites(0, 1, Ms(-5))));
    }

    [Fact]
    public void What_a_batch_is_expected_to_take_rises_at_once_and_falls_slowly()
    {
        Run(withEngineWrites: false, Ms(50));
        Assert.Equal(Ms(100), pacing.ExpectedCommit);

        Run(withEngineWrites: false, Ms(2));
        Assert.Equal(Ms(88), pacing.ExpectedCommit);
        for (var i = 0; i < 50; i++) Run(withEngineWrites: false, Ms(2));
        Assert.Equal(Ms(20), pacing.ExpectedCommit);
    }

    private static TimeSpan Ms(double ms) => TimeSpan.FromMilliseconds(ms);

    private void Run(bool withEngineWrites, TimeSpan duration)
    {
        pacing.Began(withEngineWrites);
        clock.Advance(duration);
        pacing.Ended();
    }
}
