using System.Diagnostics;
using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Counters;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Hosts;

/// <summary>Hosts that write to one database at the same time, each through a group commit of its own.</summary>
public sealed class SeveralHostsTests
{
    private const int Jobs = 300;

    public static TheoryData<DatabaseProvider> Providers => DatabaseServers.Shared;

    [Theory, MemberData(nameof(Providers))]
    public async Task A_job_is_armed_by_one_host(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var jobs = await InsertAsync(rig, armed: false);
        var (_, other) = await rig.JoinAsync();

        var armed = await Task.WhenAll(ArmAllAsync(rig.Store, rig), ArmAllAsync(other, rig));

        Assert.Equal(jobs.Order(), armed.SelectMany(some => some).Order());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Each_host_arms_its_share(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        for (var i = 0; i < Partition.Cycle; i++)
        {
            await rig.InsertAsync(rig.Now, armed: false);
            rig.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(63, (await rig.Store.ArmAsync(0, rig.Now, 200, new Partition(1, 2))).Count);
        Assert.Empty(await rig.Store.ArmAsync(0, rig.Now, 200, new Partition(1, 2)));
        Assert.Equal(64, (await rig.Store.ArmAsync(0, rig.Now, 200)).Count);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Hosts_that_recover_a_dead_one_together_interrupt_each_attempt_once(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (first, second, dead) = (await rig.JoinAsync(), await rig.JoinAsync(), rig.Host);
        var jobs = await InsertAsync(rig, armed: true);
        await Task.WhenAll(jobs.Select(id => rig.ClaimAsync(id)));

        var recovered = await Task.WhenAll(
            first.Store.RecoverAsync(dead.Id), second.Store.RecoverAsync(dead.Id));

        Assert.Equal(Jobs, recovered.Sum(r => r.Interrupted));
        foreach (var id in jobs) Assert.Equal(AttemptStatus.Interrupted, Assert.Single(await rig.AttemptsAsync(id)).Status);
        await CounterTests.AgreeAsync(rig);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_host_that_was_only_paused_keeps_its_jobs_from_its_next_beat_on(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (_, other) = await rig.JoinAsync();
        var (armed, fired) = (await rig.InsertAsync(rig.Now), await rig.InsertAsync(rig.Now));
        Assert.NotNull(await rig.ClaimAsync(fired.Id));
        var lastSeenAt = rig.Now;
        await rig.BeatAsync(rig.Host, lastSeenAt + 10_000);

        Assert.Equal(default, await other.RecoverDeadAsync(rig.Host.Id, lastSeenAt));

        Assert.Equal(rig.Host.Id, (await rig.ReadAsync(armed.Id)).ArmedBy);
        Assert.Equal(JobStatus.Firing, (await rig.ReadAsync(fired.Id)).Status);
        Assert.Equal(new Recovery(Interrupted: 1, Freed: 1), await other.RecoverDeadAsync(rig.Host.Id, lastSeenAt + 10_000));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task An_outcome_and_a_recovery_at_once_leave_one_of_them(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (_, other) = await rig.JoinAsync();
        var jobs = await InsertAsync(rig, armed: true);
        var claimed = (await Task.WhenAll(jobs.Select(id => rig.ClaimAsync(id)))).Select(job => job!).ToArray();

        var recording = claimed.Select(job => rig.RecordAsync(job, Transition.Deliver)).ToArray();
        var recovered = await other.RecoverAsync(rig.Host.Id);
        var recorded = await Task.WhenAll(recording);

        Assert.Equal(Jobs, recorded.Count(stored => stored) + recovered.Interrupted);
        foreach (var (job, stored) in claimed.Zip(recorded))
        {
            Assert.Equal(stored ? JobStatus.Success : JobStatus.Scheduled, (await rig.ReadAsync(job.Id)).Status);
            Assert.Equal(stored ? AttemptStatus.Success : AttemptStatus.Interrupted, Assert.Single(await rig.AttemptsAsync(job.Id)).Status);
        }

        await CounterTests.AgreeAsync(rig);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Counters_of_a_host_that_is_taken_for_dead_and_writes_on_stay_right(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (first, second) = (await rig.JoinAsync(), await rig.JoinAsync());
        await rig.EndAsync(rig.Host);

        var writing = InsertAsync(rig, armed: true);
        while (!writing.IsCompleted) await Task.WhenAll(first.Store.MergeCountersAsync(), second.Store.MergeCountersAsync());
        await writing;
        await first.Store.MergeCountersAsync();

        await CounterTests.AgreeAsync(rig);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Cancellations_and_claims_that_block_each_other_are_carried_out_all_the_same(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (_, other) = await rig.JoinAsync();
        var jobs = await InsertAsync(rig, armed: true);

        var claims = jobs.Select(id => rig.ClaimAsync(id)).ToArray();
        var cancels = jobs.Reverse().Select(id => other.CancelAsync(id, rig.ProjectId)).ToArray();
        var (won, cancelled) = (await Task.WhenAll(claims), (await Task.WhenAll(cancels)).Reverse());

        foreach (var (claim, cancel) in won.Zip(cancelled))
            Assert.Equal(claim is null ? CancelOutcome.Cancelled : CancelOutcome.NotScheduled, cancel);
        await CounterTests.AgreeAsync(rig);
    }

    /// <summary>
    /// Found by scenario 8: a host that was paused between two statements kept its rows locked,
    /// and whoever took them over wrote nothing at all meanwhile.
    /// </summary>
    [Theory, MemberData(nameof(DatabaseServers.Shared), MemberType = typeof(DatabaseServers))]
    public async Task A_transaction_that_a_paused_host_left_open_does_not_hold_the_others_up(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (_, other) = await rig.JoinAsync();
        var jobs = await InsertAsync(rig, armed: true);
        var cancellation = TestContext.Current.CancellationToken;
        await using var paused = await rig.Database.Contexts.CreateDbContextAsync(cancellation);
        await paused.Database.BeginTransactionAsync(cancellation);
        var locked = jobs[..10];
        await paused.Jobs.Where(j => locked.Contains(j.Id)).ExecuteUpdateAsync(set => set.SetProperty(j => j.Title, "kept"), cancellation);

        // What is not locked at once, the rest when the session ends: PostgreSQL ends it after 5 s, SQL Server does not.
        Assert.Equal(jobs.Length - locked.Length, (await other.RecoverAsync(rig.Host.Id)).Freed);
        if (provider == DatabaseProvider.SqlServer) await paused.Database.RollbackTransactionAsync(cancellation);
        var freed = 0;
        for (var begun = Stopwatch.StartNew(); freed < locked.Length && begun.Elapsed < Timing.HostTimeout;)
        {
            freed += (await other.RecoverAsync(rig.Host.Id)).Freed;
        }

        Assert.Equal(locked.Length, freed);
        if (provider == DatabaseProvider.SqlServer) return;
        var late = await Assert.ThrowsAnyAsync<Exception>(() => paused.Jobs.CountAsync(cancellation));
        Assert.True(DatabaseFaults.IsUnavailable(late), late.ToString());
    }

    private static async Task<Guid[]> InsertAsync(StoreRig rig, bool armed) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, Jobs).Select(_ => rig.InsertAsync(rig.Now, armed)))).Select(job => job.Id)];

    private static async Task<List<Guid>> ArmAllAsync(JobWrites store, StoreRig rig)
    {
        var all = new List<Guid>();
        await using var db = await rig.Database.Contexts.CreateDbContextAsync();
        while (await db.Jobs.AnyAsync(j => j.ArmedBy == null))
        {
            all.AddRange((await store.ArmAsync(0, rig.Now, 20)).Select(alarm => alarm.JobId));
        }

        return all;
    }
}
