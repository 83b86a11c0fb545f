using Dispatch.Model;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 8 of reliability.md: a host is stopped like a machine that swaps or a container that is frozen,
/// and comes to when another has taken over.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class PausedHostTests
{
    private static readonly TimeSpan TakenOverWithin = TimeSpan.FromSeconds(12);

    [Fact]
    public Task A_host_that_was_paused_sends_nothing_it_lost() => PauseAsync(TimeSpan.FromSeconds(15));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task A_host_that_was_paused_for_30_seconds_sends_nothing_it_lost() => PauseAsync(TimeSpan.FromSeconds(30));

    private static async Task PauseAsync(TimeSpan pause)
    {
        await using var cluster = await Cluster.StartAsync();
        var ledger = new Ledger();
        var slow = new TaskCompletionSource();
        cluster.Receiver.Answer = (arrival, _) => arrival.Path == "/slow" ? slow.Task : Task.CompletedTask;
        // Through one host, which arms what is due so soon: a stream of jobs before and during the pause,
        // and 30 that are on the wire when it comes.
        var begin = DateTimeOffset.UtcNow.AddSeconds(9);
        await cluster.PostAsync(ledger, host: 0, 1000, i => begin.AddMilliseconds(i * 5));
        await cluster.PostAsync(ledger, host: 0, 300, i => begin.AddMilliseconds(5000 + (i * (pause.TotalMilliseconds + 5000) / 300)));
        await cluster.PostAsync(ledger, host: 0, 30, i => begin.AddMilliseconds(i * 10), "/slow");
        Assert.True(DateTimeOffset.UtcNow < begin, "posting took too long for the pause to be in the midst of the jobs");
        var paused = await cluster.IdOfAsync(0);

        await TimeProvider.System.WaitUntilAsync(begin.AddSeconds(1).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        var (pausedAt, claimed) = await PauseBetweenClaimAndSendAsync(cluster, paused);
        var armed = (await cluster.HeldByAsync(paused, JobStatus.Scheduled)).Count;
        Assert.True(armed > 300, $"only {armed} jobs were armed by the paused host");
        slow.SetResult();

        await TimeProvider.System.WaitUntilAsync((pausedAt + pause).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        var resumedAt = DateTimeOffset.UtcNow;
        await cluster.Hosts[0].ResumeAsync();
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(20));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        ledger.Compare(cluster.Receiver).AssertNoneLostOrEarly();
        var arrivals = cluster.Receiver.Arrivals.OrderBy(a => a.At).GroupBy(a => a.JobId).ToDictionary(g => g.Key, g => g.ToArray());
        var late = ledger.Acknowledged
            .Where(job => arrivals[job.Key][0].At
                - (job.Value > pausedAt + TakenOverWithin ? job.Value : pausedAt + TakenOverWithin) > TimeSpan.FromSeconds(2))
            .ToArray();
        Assert.True(late.Length == 0, $"{late.Length} jobs were not taken over within {TakenOverWithin.TotalSeconds} s");
        Assert.All(claimed, id => Assert.Single(arrivals[id]));

        // What had gone out before the pause was sent once more by the other host, which could not know how it ended.
        // Nothing of it came a third time, from the paused one.
        var twice = arrivals.Values.Where(its => its.Length > 1).ToArray();
        Assert.All(twice, its => Assert.True(
            its.Length == 2 && its[0].At < pausedAt.AddMilliseconds(500) && its[1].At < resumedAt,
            $"{its.Length} arrivals, the last {(its[^1].At - resumedAt).TotalSeconds:0.0} s after the pause"));
        Assert.Subset(await cluster.InterruptedAsync(), twice.Select(its => its[0].JobId).ToHashSet());
        await AssertWorksAsync(cluster);

        var firstTaken = claimed.Min(id => arrivals[id][0].At) - pausedAt;
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 8, a host paused for {pause.TotalSeconds:0} s: it held {armed} armed jobs, "
            + $"{claimed.Count} claimed and not yet sent, {twice.Length} on the wire or not yet recorded; "
            + $"the first it had claimed came {firstTaken.TotalSeconds:0.0} s after the stop, from the other host; "
            + $"lost 0, twice {twice.Length}, all of them on the wire at the stop; sent by the paused host afterwards: 0");
    }

    /// <summary>
    /// Jobs are claimed up to 100 ms ahead. Stops the host while it has such, trying again where it had none. Returns when, and which.
    /// </summary>
    private static async Task<(DateTimeOffset At, IReadOnlySet<Guid> Claimed)> PauseBetweenClaimAndSendAsync(Cluster cluster, Guid host)
    {
        for (var i = 0; i < 10; i++)
        {
            var at = DateTimeOffset.UtcNow;
            await cluster.Hosts[0].PauseAsync();
            await Task.Delay(300, TestContext.Current.CancellationToken);   // what had left the host arrives
            var sent = cluster.Receiver.Arrivals.Select(a => a.JobId).ToHashSet();
            var claimed = (await cluster.HeldByAsync(host, JobStatus.Firing)).Where(id => !sent.Contains(id)).ToHashSet();
            if (claimed.Count > 0) return (at, claimed);
            await cluster.Hosts[0].ResumeAsync();
            await Task.Delay(10 + (i * 7), TestContext.Current.CancellationToken);
        }

        throw new InvalidOperationException("Whenever the host was stopped, it had sent all it had claimed.");
    }

    /// <summary>The host that was away takes part again.</summary>
    private static async Task AssertWorksAsync(Cluster cluster)
    {
        var ledger = new Ledger();
        cluster.Receiver.Forget();
        await cluster.PostAsync(ledger, host: 0, 50, i => DateTimeOffset.UtcNow.AddSeconds(2));
        var back = await cluster.IdOfAsync(0);
        Assert.NotEmpty(await cluster.HeldByAsync(back));
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(10));
        ledger.Compare(cluster.Receiver).AssertEachOnce();
    }
}
