using Dispatch.Web.Client.Live;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Browser;

/// <summary>How often a page reads again what somebody else changed.</summary>
public sealed class RefresherTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly Refresher refresher;
    private readonly Queue<TimeSpan> takes = new();
    private int readings;

    public RefresherTests() => refresher = new Refresher(ReadAsync, clock);

    public void Dispose() => refresher.Dispose();

    [Fact]
    public void What_is_asked_during_the_pause_is_one_reading_after_it()
    {
        Read();
        refresher.Ask();
        refresher.Ask();
        AssertReadsAfter(Refresher.Pause);
        clock.Advance(Refresher.LongestPause);
        Assert.Equal(2, readings);
    }

    [Fact]
    public void One_slow_reading_does_not_hold_up_the_next()
    {
        Read(0.01);
        refresher.Ask();
        takes.Enqueue(TimeSpan.FromSeconds(1));
        clock.Advance(Refresher.Pause);
        refresher.Ask();
        AssertReadsAfter(Refresher.Pause);
    }

    [Theory]
    [InlineData(0.2, 0.3, 0.8)]
    [InlineData(0.3, 0.2, 0.8)]
    [InlineData(2, 2, 8)]
    [InlineData(60, 60, 10)]
    public void What_is_slow_each_time_is_read_less_often(double first, double second, double pause)
    {
        Read(first);
        refresher.Ask();
        takes.Enqueue(TimeSpan.FromSeconds(second));
        clock.Advance(Refresher.Pause);
        refresher.Ask();
        AssertReadsAfter(TimeSpan.FromSeconds(pause));
    }

    [Fact]
    public void A_page_that_is_gone_reads_no_more()
    {
        Read();
        refresher.Ask();
        refresher.Dispose();
        clock.Advance(Refresher.LongestPause);
        Assert.Equal(1, readings);
    }

    /// <summary>Asks for the first reading, which is made at once.</summary>
    private void Read(double seconds = 0)
    {
        takes.Enqueue(TimeSpan.FromSeconds(seconds));
        refresher.Ask();
        Assert.Equal(1, readings);
    }

    private void AssertReadsAfter(TimeSpan pause)
    {
        var before = readings;
        clock.Advance(pause - TimeSpan.FromMilliseconds(1));
        Assert.Equal(before, readings);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(before + 1, readings);
    }

    private Task ReadAsync()
    {
        readings++;
        if (takes.TryDequeue(out var time)) clock.Advance(time);
        return Task.CompletedTask;
    }
}
