using System.Threading.Channels;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Counters;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Writing;

/// <summary>A job that gets another time, and the alarms that were set for the old one.</summary>
public sealed class MoveTests
{
    private const long Hour = 3_600_000;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task A_move_before_the_first_attempt_changes_the_jobs_time(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now + Hour, armed: false);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));

        var moved = await rig.Store.MoveAsync(job.Id, rig.ProjectId, rig.Now + 2000);

        var row = await rig.ReadAsync(job.Id);
        Assert.Equal(
            (JobStatus.Scheduled, rig.Now + 2000, rig.Now + 2000, rig.Host.Id, 1, rig.Now),
            (row.Status, row.FireAt, row.NextAttemptAt, row.ArmedBy, row.Generation, row.UpdatedAt));
        Assert.Equal(
            new MovedJob(
                MoveOutcome.Moved,
                new Alarm(
                    job.Id, job.AccountId, rig.ProjectId, "example.com:80", rig.Now + 2000, IsRetry: false, Attempt: 0, Generation: 1)),
            moved);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_move_of_a_failed_job_changes_only_its_next_attempt(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        await rig.RecordAsync((await rig.ClaimAsync(job.Id))!, Transition.Retry, rig.Now + Hour);

        var moved = await rig.Store.MoveAsync(job.Id, rig.ProjectId, rig.Now + 2000, takes: false);

        var row = await rig.ReadAsync(job.Id);
        Assert.Equal((JobStatus.Failed, job.FireAt, rig.Now + 2000, null), (row.Status, row.FireAt, row.NextAttemptAt, row.ArmedBy));
        Assert.Equal((true, 1, 1), (moved.Alarm!.IsRetry, moved.Alarm.Attempt, moved.Alarm.Generation));
        var armed = await rig.Store.ArmAsync(0, rig.Now + 5000, 10);
        Assert.Equal(moved.Alarm, Assert.Single(armed));
        await rig.RearmAsync(job.Id);
        Assert.Equal(JobStatus.Scheduled, (await rig.ReadAsync(job.Id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_stale_alarm_neither_rearms_nor_claims_the_job(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        await rig.RecordAsync((await rig.ClaimAsync(job.Id))!, Transition.Retry, rig.Now);
        var stale = await rig.AlarmAsync(job.Id);
        await rig.Store.MoveAsync(job.Id, rig.ProjectId, rig.Now);   // to the same time, so that only the identity differs

        await rig.RearmAsync(stale);
        Assert.Equal(JobStatus.Failed, (await rig.ReadAsync(job.Id)).Status);
        await rig.RearmAsync(job.Id);
        Assert.Null(await rig.ClaimAsync(stale));
        Assert.Null(await rig.ClaimAsync(stale with { Attempt = 0, Generation = 1 }));
        Assert.Equal(2, (await rig.ClaimAsync(job.Id))!.Attempt);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Stale_and_valid_alarms_in_one_batch_go_to_whom_they_belong(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var jobs = new List<(AlarmId Stale, AlarmId Valid)>();
        for (var i = 0; i < 20; i++)
        {
            var job = await rig.InsertAsync(rig.Now);
            var stale = await rig.AlarmAsync(job.Id);
            for (var move = 0; move < i % 3; move++) await rig.Store.MoveAsync(job.Id, rig.ProjectId, rig.Now);
            jobs.Add((stale, await rig.AlarmAsync(job.Id)));
        }

        var stales = jobs.Where(job => job.Stale != job.Valid).Select(job => job.Stale);
        var claims = await Task.WhenAll(stales.Concat(jobs.Select(job => job.Valid)).Select(async id => (id, await rig.ClaimAsync(id))));

        foreach (var (id, claim) in claims) Assert.Equal(jobs.Any(job => job.Valid == id), claim is not null);
        await CounterTests.AgreeAsync(rig);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_move_by_another_host_takes_the_job_over(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (other, its) = await rig.JoinAsync();
        var job = await rig.InsertAsync(rig.Now);
        var old = await rig.AlarmAsync(job.Id);

        var moved = await its.MoveAsync(job.Id, rig.ProjectId, rig.Now);

        Assert.Null(await rig.ClaimAsync(old));
        Assert.Null(await rig.ClaimAsync(moved.Alarm!.Id));
        Assert.NotNull(await rig.ClaimAsync(moved.Alarm.Id, its));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Of_a_move_and_a_claim_at_once_one_wins(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (other, its) = await rig.JoinAsync();
        for (var i = 0; i < 30; i++)
        {
            var job = await rig.InsertAsync(rig.Now);
            var alarm = await rig.AlarmAsync(job.Id);
            var claiming = Task.Run(() => rig.ClaimAsync(alarm));
            var moving = Task.Run(() => (i % 2 == 0 ? its : rig.Store).MoveAsync(job.Id, rig.ProjectId, rig.Now + Hour));

            var claim = await claiming;
            Assert.Equal(claim is null ? MoveOutcome.Moved : MoveOutcome.NotPending, (await moving).Outcome);
            Assert.Equal(claim is null ? JobStatus.Scheduled : JobStatus.Firing, (await rig.ReadAsync(job.Id)).Status);
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Only_pending_jobs_of_the_project_are_moved(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var pending = await rig.InsertAsync(rig.Now);
        var firing = await rig.InsertAsync(rig.Now);
        var claim = await rig.ClaimAsync(firing.Id);
        var cancelled = await rig.InsertAsync(rig.Now);
        await rig.Store.CancelAsync(cancelled.Id, rig.ProjectId);

        Assert.Equal(MoveOutcome.NotFound, await MoveAsync(pending.Id, Guid.CreateVersion7()));
        Assert.Equal(MoveOutcome.NotFound, await MoveAsync(Guid.CreateVersion7(), rig.ProjectId));
        Assert.Equal(MoveOutcome.NotPending, await MoveAsync(firing.Id, rig.ProjectId));
        Assert.Equal(MoveOutcome.NotPending, await MoveAsync(cancelled.Id, rig.ProjectId));
        await rig.RecordAsync(claim!, Transition.Deliver);
        Assert.Equal(MoveOutcome.NotPending, await MoveAsync(firing.Id, rig.ProjectId));
        foreach (var job in (Job[])[pending, firing, cancelled]) Assert.Equal(0, (await rig.ReadAsync(job.Id)).Generation);

        async Task<MoveOutcome> MoveAsync(Guid jobId, Guid projectId) =>
            (await rig.Store.MoveAsync(jobId, projectId, rig.Now + Hour)).Outcome;
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_move_is_told_and_leaves_the_counters(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now + Hour);
        var heard = Channel.CreateUnbounded<FeedChange>();
        using var listening = rig.Feed.Subscribe(rig.AccountId, change => heard.Writer.TryWrite(change));
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var before = await StampAsync();

        await rig.Store.MoveAsync(job.Id, rig.ProjectId, rig.Now + 1000);

        Assert.Equal(
            new FeedChange(FeedKind.Job, rig.ProjectId, job.Id, JobStatus.Scheduled, rig.Now),
            await heard.Reader.ReadAsync(TestContext.Current.CancellationToken));
        await CounterTests.AgreeAsync(rig);
        if (provider != DatabaseProvider.Sqlite) Assert.Equal(before + 1, await StampAsync());   // what other hosts look at

        Task<long> StampAsync() => db.ProjectCounters.SumAsync(c => c.Changes, TestContext.Current.CancellationToken);
    }
}
