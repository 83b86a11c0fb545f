using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>Scenario 7 of reliability.md: hosts on one PostgreSQL share the work, die, and are restarted one after the other.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class TwoHostsTests
{
    private const int Jobs = 5000;

    [Fact]
    public async Task Two_hosts_race_for_5000_jobs_and_one_is_killed_half_way()
    {
        await using var cluster = await Cluster.StartAsync(hosts: 3);
        await cluster.WarmUpAsync();
        var before = await cluster.RecordedAsync();
        var ledger = new Ledger();
        var due = DateTimeOffset.UtcNow.AddSeconds(20);
        await cluster.PostAsync(ledger, host: 2, Jobs, i => due.AddMilliseconds(i));
        Assert.Equal(0, await cluster.Hosts[2].TerminateAsync());   // what it held is free now: the two race for all of it
        Assert.True(DateTimeOffset.UtcNow < due.AddSeconds(-5), "posting took too long for the race to be one");
        var (dead, alive) = (await cluster.IdOfAsync(0), await cluster.IdOfAsync(1));

        await cluster.Receiver.WaitForAsync(a => ledger.Acknowledged.ContainsKey(a.JobId), Jobs / 2, TimeSpan.FromSeconds(60));
        var recorded = await cluster.RecordedAsync();
        await cluster.Hosts[0].KillAsync();
        var killed = DateTimeOffset.UtcNow;
        var heldByDead = (await cluster.HeldByAsync(dead)).ToHashSet();
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(40));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        var findings = ledger.Compare(cluster.Receiver);
        findings.AssertNoneLostOrEarly();
        var interrupted = await cluster.InterruptedAsync();
        Assert.All(findings.Twice, twice => Assert.True(
            interrupted.Contains(twice.Key) && twice.Value.Length == 2,
            $"{twice.Value.Length} arrivals of a job that was not on the wire at the kill"));
        Assert.Subset(heldByDead, interrupted);

        long Sent(Guid host) => recorded.GetValueOrDefault(host) - before.GetValueOrDefault(host);
        var share = (double)Sent(dead) / (Sent(dead) + Sent(alive));
        Assert.InRange(share, 0.35, 0.65);
        Assert.True(heldByDead.Count > Jobs / 8, $"the dead host held {heldByDead.Count} jobs: there was nothing to take over");
        var first = cluster.Receiver.Arrivals
            .Where(a => a.At > killed)
            .GroupBy(a => a.JobId)
            .ToDictionary(g => g.Key, g => (g.Min(a => a.At) - killed).TotalSeconds);
        var takenOver = heldByDead.Where(first.ContainsKey).Select(id => first[id]).Order().ToArray();
        Assert.InRange(takenOver[0], 0, 12);

        TestContext.Current.SendDiagnosticMessage(
            $"scenario 7, {Jobs} jobs due within 5 s, one of two hosts killed half way: "
            + $"lost 0, twice {findings.Twice.Count} of {interrupted.Count} interrupted; "
            + $"shares before the kill {share:P1} and {1 - share:P1}; the dead host held {heldByDead.Count} jobs, "
            + $"the first of them came {takenOver[0]:0.0} s after the kill, the last {takenOver[^1]:0.0} s; "
            + $"due before the kill: {ledger.LatenessOf(cluster.Receiver, (id, at) => at < killed && !heldByDead.Contains(id))}; "
            + "the living host's, due after it: "
            + $"{ledger.LatenessOf(cluster.Receiver, (id, at) => at >= killed && !heldByDead.Contains(id))}; "
            + $"taken over: {ledger.LatenessOf(cluster.Receiver, (id, _) => heldByDead.Contains(id))}");
    }

    [Fact]
    public Task A_rolling_restart_under_load_loses_and_doubles_nothing() => RestartInTurnAsync(restarts: 2);

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Ten_rolling_restarts_under_load_lose_and_double_nothing() => RestartInTurnAsync(restarts: 10);

    private static async Task RestartInTurnAsync(int restarts)
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.WarmUpAsync();
        var ledger = new Ledger();
        var open = 1;
        var load = new SteadyLoad(ledger, cluster.Receiver.Url + "/", perSecond: 100, () => cluster.Users[Volatile.Read(ref open)]);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < restarts; i++)
        {
            var restarted = i % 2;
            Volatile.Write(ref open, 1 - restarted);
            // Each holds jobs that were posted through it, and some that are the other's.
            await Task.Delay(2000, TestContext.Current.CancellationToken);
            var begun = DateTimeOffset.UtcNow;
            Assert.Equal(0, await cluster.Hosts[restarted].TerminateAsync());
            if (DateTimeOffset.UtcNow - begun is var took && took > slowest) slowest = took;
            await cluster.RestartAsync(restarted);
        }

        await load.EndAsync();
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(30));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        ledger.Compare(cluster.Receiver).AssertEachOnce();
        Assert.Equal((0, 0), (ledger.InDoubt, ledger.Unavailable));
        Assert.Empty(await cluster.InterruptedAsync());
        Assert.True(ledger.Acknowledged.Count > restarts * 150, $"only {ledger.Acknowledged.Count} jobs: the load was not run");
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 7, {restarts} rolling restarts under 100 POST/s: {ledger.Acknowledged.Count} acknowledged, "
            + "lost 0, twice 0, no attempt interrupted; "
            + $"slowest end {slowest.TotalSeconds:0.0} s; {ledger.LatenessOf(cluster.Receiver, (_, _) => true)}");
    }
}
