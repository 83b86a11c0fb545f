using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Writing;

/// <summary>The storage suite: what every database must do alike.</summary>
public sealed class JobStoreTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Of_two_claims_at_once_one_wins(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => rig.ClaimAsync(job.Id)));

        var won = Assert.Single(claims, claim => claim is not null)!;
        Assert.Equal(1, won.Attempt);
        Assert.Equal(JobStatus.Firing, (await rig.ReadAsync(job.Id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Of_cancel_and_claim_at_once_exactly_one_wins(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        for (var i = 0; i < 200; i++)
        {
            var job = await rig.InsertAsync(rig.Now);
            var claim = Task.Run(() => rig.ClaimAsync(job.Id));
            var cancel = Task.Run(() => rig.Store.CancelAsync(job.Id, rig.ProjectId));
            await Task.WhenAll(claim, cancel);

            Assert.Equal(await cancel == CancelOutcome.Cancelled, await claim is null);
            Assert.Equal(
                await cancel == CancelOutcome.Cancelled ? JobStatus.Cancelled : JobStatus.Firing, (await rig.ReadAsync(job.Id)).Status);
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_job_of_another_project_cannot_be_cancelled(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now + 60_000);

        Assert.Equal(CancelOutcome.NotFound, await rig.Store.CancelAsync(job.Id, Guid.CreateVersion7()));
        Assert.Equal(JobStatus.Scheduled, (await rig.ReadAsync(job.Id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_job_is_not_claimed_before_its_time_whatever_rings(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now + 10_000);

        Assert.Null(await rig.ClaimAsync(job.Id));
        rig.Clock.Advance(TimeSpan.FromMilliseconds(9_900));
        Assert.NotNull(await rig.ClaimAsync(job.Id));
    }

    [Fact]
    public async Task Jobs_are_claimed_earlier_while_transactions_take_long()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        Assert.Equal(Timing.ClaimLead, rig.Store.ClaimLead);

        var begun = new TaskCompletionSource();
        var slow = rig.Commits.WriteAsync(new CustomWrite<bool>(async (_, _) =>
        {
            begun.SetResult();
            await Task.Delay(60);   // a slow database
            return true;
        }));
        await begun.Task;
        await rig.InsertAsync(rig.Now + 60_000);   // waits for its turn
        await rig.InsertAsync(rig.Now + 60_000);   // begins once the time of the one before is noted
        await slow;

        Assert.InRange(rig.Store.ClaimLead, TimeSpan.FromMilliseconds(120), Timing.LongestClaimLead);
        while (rig.Store.ClaimLead > Timing.ClaimLead) await rig.InsertAsync(rig.Now + 60_000);
    }

    /// <summary>The connection broke after the commit: the next try finds what the one before has stored. SQLite always answers.</summary>
    [Theory, MemberData(nameof(DatabaseServers.Shared), MemberType = typeof(DatabaseServers))]
    public async Task A_write_whose_answer_was_lost_is_found_again(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        var alarm = new Alarm(job.Id, job.AccountId, rig.ProjectId, "example.com:80", rig.Now, IsRetry: false, Attempt: 0, Generation: 0);
        await rig.Commits.WriteAsync(new ClaimJob(alarm, () => 0));

        Assert.Null(await rig.Commits.WriteAsync(new ClaimJob(alarm, () => 0)));
        var again = await rig.Commits.WriteAsync(new ClaimJob(alarm, () => 0) { MayBeStored = true });
        Assert.Equal(1, again!.Attempt);

        var attempt = new Attempt
        {
            Id = Guid.CreateVersion7(), JobId = job.Id, Number = 1, Status = AttemptStatus.Success, FiredAt = rig.Now,
        };
        Assert.True(await rig.Commits.WriteAsync(new EndAttempt(again, attempt, Transition.Deliver, null, keepsAlarm: false)));
        Assert.False(await rig.Commits.WriteAsync(new EndAttempt(again, attempt, Transition.Deliver, null, keepsAlarm: false)));
        Assert.True(await rig.Commits.WriteAsync(
            new EndAttempt(again, attempt, Transition.Deliver, null, keepsAlarm: false) { MayBeStored = true }));
        Assert.Single(await rig.AttemptsAsync(job.Id));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Only_the_host_that_armed_a_job_claims_it(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        await rig.StartHostAsync();

        Assert.Null(await rig.ClaimAsync(job.Id));
        await rig.RecoverAsync();
        Assert.Equal(job.Id, Assert.Single(await rig.Store.ArmAsync(0, rig.Now, 10)).JobId);
        Assert.NotNull(await rig.ClaimAsync(job.Id));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task An_attempt_cut_off_by_a_crash_is_logged_and_not_counted(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        var lost = (await rig.ClaimAsync(job.Id))!;
        await rig.StartHostAsync();
        await rig.RecoverAsync();

        var freed = await rig.ReadAsync(job.Id);
        Assert.Equal((JobStatus.Scheduled, 0, 1), (freed.Status, freed.RetryCount, freed.Attempt));
        Assert.Equal(AttemptStatus.Interrupted, Assert.Single(await rig.AttemptsAsync(job.Id)).Status);

        // The dead host's outcome comes after all: it belongs to a lost claim.
        await rig.Store.ArmAsync(0, rig.Now, 10);
        Assert.Equal(2, (await rig.ClaimAsync(job.Id))!.Attempt);
        Assert.False(await rig.RecordAsync(lost, Transition.Deliver));
        Assert.Equal(JobStatus.Firing, (await rig.ReadAsync(job.Id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task One_lost_claim_among_many_outcomes_spoils_only_its_own(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var claimed = new List<ClaimedJob>();
        for (var i = 0; i < 50; i++) claimed.Add((await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id))!);
        await rig.Store.InterruptOrphanAsync(await rig.AlarmAsync(claimed[7].Id));

        var recorded = await Task.WhenAll(claimed.Select(job => rig.RecordAsync(job, Transition.Deliver)));

        Assert.Equal(49, recorded.Count(stored => stored));
        Assert.False(recorded[7]);
        Assert.Equal(JobStatus.Scheduled, (await rig.ReadAsync(claimed[7].Id)).Status);
        foreach (var job in claimed.Where(job => job != claimed[7])) Assert.Equal(JobStatus.Success, (await rig.ReadAsync(job.Id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_retry_goes_back_to_scheduled_only_when_its_alarm_is_due(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        var claimed = (await rig.ClaimAsync(job.Id))!;
        Assert.True(await rig.RecordAsync(claimed, Transition.Retry, rig.Now + 30_000));
        var failed = await rig.ReadAsync(job.Id);
        Assert.Equal((JobStatus.Failed, 1, rig.Now + 30_000), (failed.Status, failed.RetryCount, failed.NextAttemptAt!.Value));

        await rig.RearmAsync(job.Id);   // a stale alarm, 30 s early
        Assert.Equal(JobStatus.Failed, (await rig.ReadAsync(job.Id)).Status);
        Assert.Equal(CancelOutcome.NotScheduled, await rig.Store.CancelAsync(job.Id, rig.ProjectId));

        rig.Clock.Advance(TimeSpan.FromSeconds(27));
        await rig.RearmAsync(job.Id);
        Assert.Equal(JobStatus.Scheduled, (await rig.ReadAsync(job.Id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_job_is_refused_once_its_key_or_project_is_gone(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = new Job
        {
            Id = Guid.CreateVersion7(), ProjectId = rig.ProjectId, Title = "t",
            WebhookUrl = "http://example.com", Payload = "{}"u8.ToArray()
        };
        Assert.False(await rig.Store.InsertAsync(job, keyId: Guid.CreateVersion7()));

        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Projects.ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, 1L), TestContext.Current.CancellationToken);
        Assert.False(await rig.Store.InsertAsync(job, keyId: null));
        Assert.False(await db.Jobs.AnyAsync(TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Jobs_of_a_deleted_project_are_neither_claimed_nor_kept(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Projects.ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, 1L), TestContext.Current.CancellationToken);

        Assert.Null(await rig.ClaimAsync(job.Id));
        while (await rig.Store.PurgeAsync() > 0)
        {
        }

        Assert.False(await db.Jobs.AnyAsync(TestContext.Current.CancellationToken));
        Assert.False(await db.Set<Project>().AnyAsync(TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Free_jobs_are_armed_oldest_first_and_only_so_many(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var due = Enumerable.Range(0, 20).Select(i => rig.Now - (i * 1000L)).ToArray();
        foreach (var at in due) await rig.InsertAsync(at, armed: false);

        var armed = await rig.Store.ArmAsync(0, rig.Now, 5);

        Assert.Equal(due.Order().Take(5), armed.Select(a => a.DueAt));
        Assert.Equal(15, (await rig.Store.ArmAsync(0, rig.Now, 100)).Count);
        Assert.Equal(new Recovery(0, 20), await rig.Store.RecoverAsync(rig.Host.Id));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Free_jobs_of_crowded_projects_are_left_out(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        for (var i = 0; i < 3; i++) await rig.InsertAsync(rig.Now, armed: false);

        Assert.Empty(await rig.Store.ArmAsync(0, rig.Now, 5, null, Guid.CreateVersion7(), rig.ProjectId));
        Assert.Equal(3, (await rig.Store.ArmAsync(0, rig.Now, 5, null, Guid.CreateVersion7())).Count);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Status_cannot_be_changed_by_saving_a_row(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var row = await db.Jobs.SingleAsync(j => j.Id == job.Id, TestContext.Current.CancellationToken);
        db.Entry(row).Property(j => j.Status).CurrentValue = JobStatus.Dead;

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(TestContext.Current.CancellationToken));
    }
}
