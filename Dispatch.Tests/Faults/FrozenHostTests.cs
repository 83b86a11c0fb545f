using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 25 of reliability.md: a host is frozen at whatever it does, inside a transaction for instance, and some of its jobs are locked.
/// The other host takes over what is not locked, and its own jobs do not notice.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FrozenHostTests
{
    private const int PerSecond = 50;

    private static readonly TimeSpan TakenOverWithin = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan GoesOnWithin = TimeSpan.FromSeconds(5);

    /// <summary>What had left the frozen host arrives.</summary>
    private static readonly TimeSpan StillArrives = TimeSpan.FromMilliseconds(500);

    [Fact]
    public Task Another_host_takes_over_from_a_frozen_one_what_is_not_locked() => FreezeAsync(rounds: 1, TimeSpan.FromSeconds(14));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Another_host_takes_over_six_times_from_a_frozen_one_what_is_not_locked() =>
        FreezeAsync(rounds: 6, TimeSpan.FromSeconds(20));

    private static async Task FreezeAsync(int rounds, TimeSpan time)
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.WarmUpAsync();
        for (var i = 1; i <= rounds; i++)
        {
            await FreezeOnceAsync(cluster, time, $"round {i} of {rounds}");
            cluster.Receiver.Forget();
        }
    }

    private static async Task FreezeOnceAsync(Cluster cluster, TimeSpan time, string round)
    {
        var (frozen, own) = (new Ledger(), new Ledger());
        var begin = DateTimeOffset.UtcNow;
        await cluster.PostAsync(frozen, host: 0, 150, i => begin.AddMilliseconds(4000 + (i * time.TotalMilliseconds / 150)), "/frozen");
        var (frozenLoad, ownLoad) = (Load(cluster, frozen, 0, "/frozen"), Load(cluster, own, 1, "/own"));
        await cluster.Receiver.WaitForAsync(a => a.Path == "/frozen", 3 * PerSecond);
        await Task.Delay(Random.Shared.Next(0, 500), TestContext.Current.CancellationToken);   // any instant, that is what is tried

        var id = await cluster.IdOfAsync(0);
        var known = frozen.Acknowledged.ToDictionary();
        var stoppedAt = DateTimeOffset.UtcNow;
        await cluster.Hosts[0].PauseAsync();
        var ending = frozenLoad.EndAsync();   // ends when the host answers again
        DateTimeOffset releasedAt;
        List<Guid> locked;
        await using (var stranger = await LockSomeAsync(cluster, id))
        {
            locked = stranger.Locked;
            await Watch.UntilAsync(stoppedAt + TakenOverWithin);
            releasedAt = DateTimeOffset.UtcNow;
        }

        await Watch.UntilAsync(stoppedAt + time);
        var resumedAt = DateTimeOffset.UtcNow;
        await cluster.Hosts[0].ResumeAsync();
        await Task.WhenAll(ending, ownLoad.EndAsync());
        foreach (var ledger in (Ledger[])[frozen, own])
        {
            await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(20));
            await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));
        }

        var firsts = cluster.Receiver.Arrivals.GroupBy(a => a.JobId).ToDictionary(g => g.Key, g => g.Min(a => a.At));
        var taken = known
            .Where(job => !locked.Contains(job.Key) && firsts[job.Key] > stoppedAt + StillArrives && job.Value < resumedAt)
            .ToArray();
        var ownLateness = own.LatenessOf(cluster.Receiver, (_, at) => at > stoppedAt);
        var (findings, unlocked) = (frozen.Compare(cluster.Receiver, "/frozen"), locked.Max(job => firsts[job]) - releasedAt);
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 25, {round}, a host frozen for {(resumedAt - stoppedAt).TotalSeconds:0} s: {taken.Length} jobs taken over, "
            + $"the first {taken.Min(job => firsts[job.Key] - stoppedAt).TotalSeconds:0.0} s after the stop, of those due before "
            + $"{TakenOverWithin.TotalSeconds:0} s the last {LastOverdue(taken, firsts, stoppedAt).TotalSeconds:0.0} s; "
            + $"{locked.Count} locked jobs, the last {unlocked.TotalSeconds:0.0} s after their release; twice {findings.Twice.Count}; "
            + $"the other host's own, due since: {ownLateness}");

        findings.AssertNoneLostOrEarly();
        Assert.All(findings.Twice.Values, its => Assert.True(
            its.Length == 2 && its[0].At < stoppedAt + StillArrives && its[1].At < resumedAt,
            $"{its.Length} arrivals of a job that was not on the wire at the stop"));
        own.Compare(cluster.Receiver, "/own").AssertEachOnce();
        ownLoad.AssertAllTaken();
        Assert.True(ownLateness.P(0.99) <= 100, $"the other host's own jobs were late: {ownLateness}");
        Assert.All(taken, job => Assert.True(
            firsts[job.Key] <= Later(stoppedAt + TakenOverWithin, job.Value.AddSeconds(1)),
            $"a job came {(firsts[job.Key] - stoppedAt).TotalSeconds:0.0} s after the stop"));
        Assert.All(locked, job => Assert.InRange(firsts[job], releasedAt, releasedAt + GoesOnWithin));
        Assert.DoesNotContain(findings.Twice.Keys, locked.Contains);
    }

    /// <summary>Five jobs that the host has armed and not claimed.</summary>
    private static Task<Stranger> LockSomeAsync(Cluster cluster, Guid host)
    {
        var from = DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeMilliseconds();
        return Stranger.LockAsync(
            cluster.ConnectionString,
            ($"""
            SELECT "Id" FROM "Jobs" WHERE "ArmedBy" = $1 AND "Status" = 'SCHEDULED' AND "NextAttemptAt" > {from}
            ORDER BY "NextAttemptAt" LIMIT 5 FOR UPDATE SKIP LOCKED
            """, host));
    }

    private static TimedLoad Load(Cluster cluster, Ledger ledger, int host, string path) =>
        new(ledger, cluster.Receiver.Url + path, PerSecond, [cluster.Users[host]]);

    private static TimeSpan LastOverdue(
        IEnumerable<KeyValuePair<Guid, DateTimeOffset>> taken, Dictionary<Guid, DateTimeOffset> firsts, DateTimeOffset stoppedAt) =>
        taken.Where(job => job.Value < stoppedAt + TakenOverWithin).Max(job => firsts[job.Key]) - stoppedAt;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
