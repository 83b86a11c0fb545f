using CsCheck;
using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Counters;

/// <summary>The counters against the rows they stand for.</summary>
public sealed class CounterTests
{
    private enum Step
    {
        Post,
        Cancel,
        Claim,
        Succeed,
        Retry,
        Exhaust,
        Rearm,
        Move,
        Lose,
        Advance,
    }

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    /// <summary>Everything at once over several projects and hosts, so that batches mix, split and are carried out again.</summary>
    [Theory, MemberData(nameof(Providers))]
    public async Task After_a_storm_the_tallies_are_what_counting_says(DatabaseProvider provider)
    {
        var storms = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 30]).List[20, 120].List[1, 4];
        await storms.SampleAsync(async hosts => await StormAsync(provider, hosts), iter: 12, threads: 1);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_deleted_project_takes_its_counters_along(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var goes = await rig.AddProjectAsync();
        await rig.RecordAsync((await rig.ClaimAsync((await rig.InsertAsync(rig.Now, projectId: goes)).Id))!, Transition.Deliver);
        var stays = await rig.InsertAsync(rig.Now);
        await rig.InsertAsync(rig.Now + 60_000, projectId: goes);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Projects
            .Where(p => p.Id == goes)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, 1L), TestContext.Current.CancellationToken);

        Assert.Equal(2, await rig.Store.PurgeAsync());
        await AgreeAsync(rig);
        Assert.Equal(1, await rig.Store.PurgeAsync());

        Assert.Equal(
            stays.ProjectId,
            Assert.Single(await db.ProjectCounters.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken)).ProjectId);
        Assert.Empty(await db.HourlyStats.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>As a host leaves them that counts for a project after another one has purged it.</summary>
    [Theory, MemberData(nameof(Providers))]
    public async Task Counters_of_a_project_that_is_gone_are_deleted(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        await rig.RecordAsync((await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id))!, Transition.Deliver);
        Assert.Equal(0, await rig.Store.DeleteStrayCountersAsync());
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var gone = Guid.CreateVersion7();
        db.Add(new ProjectCounters { ProjectId = gone, HostId = rig.Host.Id });
        db.Add(new HourlyStats { ProjectId = gone, HostId = rig.Host.Id, Hour = 0 });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, await rig.Store.DeleteStrayCountersAsync());

        Assert.Single(await db.ProjectCounters.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Single(await db.HourlyStats.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
        await AgreeAsync(rig);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Restarts_do_not_grow_the_tables(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        for (var i = 0; i < 5; i++)
        {
            await rig.RecordAsync((await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id))!, Transition.Deliver);
            await rig.StartHostAsync();
            await rig.RecoverAsync();
        }

        await AgreeAsync(rig);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var hour = Assert.Single(await db.HourlyStats.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal((Guid.Empty, 5, 5), (hour.HostId, hour.Succeeded, hour.Late1));
        Assert.Single(await db.ProjectCounters.AsNoTracking().ToListAsync(TestContext.Current.CancellationToken));

        rig.Clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal(1, await rig.Store.DeleteStrayCountersAsync());
    }

    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(0.51, 3)]
    [InlineData(0.99, 5000)]
    [InlineData(1, 86_400_000)]
    public void A_percentile_is_the_upper_edge_of_its_bucket(double share, long expected)
    {
        var hour = new HourlyTotals();
        foreach (var late in (long[])
        [
            .. Enumerable.Repeat(1L, 25),
            .. Enumerable.Repeat(2L, 25),
            .. Enumerable.Repeat(3L, 48),
            1001,
        ])
            hour.Add(AttemptStatus.Success, late, died: false);
        hour.Add(AttemptStatus.Failed, 900_000_000, died: true);
        hour.Add(AttemptStatus.Interrupted, null, died: false);

        Assert.Equal((99, 1, 1), (hour.Succeeded, hour.Failed, hour.Died));
        Assert.Equal(expected, hour.LatenessMs(share));
        Assert.Null(new HourlyTotals().LatenessMs(share));
    }

    private static async Task StormAsync(DatabaseProvider provider, List<List<(Step Step, int Which)>> hosts)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        Guid[] projects = [rig.ProjectId, await rig.AddProjectAsync(), await rig.AddProjectAsync()];
        var jobs = new List<Job>();
        var held = new Dictionary<Guid, ClaimedJob>();
        foreach (var steps in hosts)
        {
            foreach (var some in steps.Chunk(10))
            {
                foreach (var (step, which) in some.Where(s => s.Step == Step.Post))
                    jobs.Add(await rig.InsertAsync(rig.Now + (which * 10), projectId: projects[which % 3]));
                foreach (var _ in some.Where(s => s.Step == Step.Advance)) rig.Clock.Advance(TimeSpan.FromMinutes(10));
                // At once, so that they share transactions.
                await Task.WhenAll(some.Select(s =>
                    jobs.Count == 0 ? Task.CompletedTask : StepAsync(rig, jobs[s.Which % jobs.Count], held, s.Step)));
            }

            await AgreeAsync(rig);
            await rig.StartHostAsync();
            await rig.RecoverAsync();
            await rig.Store.ArmAsync(0, long.MaxValue, 1000);
            await AgreeAsync(rig);
        }

        await using var db = await rig.Database.Contexts.CreateDbContextAsync();
        await db.Projects.Where(p => p.Id == projects[1]).ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, 1L));
        while (await rig.Store.PurgeAsync() > 0) await AgreeAsync(rig);
    }

    private static async Task StepAsync(StoreRig rig, Job job, Dictionary<Guid, ClaimedJob> held, Step step)
    {
        ClaimedJob? claim;
        lock (held) held.TryGetValue(job.Id, out claim);
        switch (step)
        {
            case Step.Cancel:
                await rig.Store.CancelAsync(job.Id, job.ProjectId);
                break;
            case Step.Claim:
                if (await rig.ClaimAsync(job.Id) is { } won) lock (held) held[job.Id] = won;
                break;
            case Step.Rearm:
                await rig.RearmAsync(job.Id);
                break;
            case Step.Move:
                await rig.Store.MoveAsync(job.Id, job.ProjectId, rig.Now + 20);
                break;
            case Step.Succeed when claim is not null:
                await rig.RecordAsync(claim, Transition.Deliver);
                break;
            case Step.Retry when claim is not null:
                await rig.RecordAsync(claim, Transition.Retry, rig.Now + 1000);
                break;
            case Step.Exhaust when claim is not null:
                await rig.RecordAsync(claim, Transition.Exhaust);
                break;
            case Step.Lose when claim is not null:
                Assert.False(await rig.RecordAsync(StoreRig.AtAttempt(claim, 99), Transition.Deliver));   // splits its batch
                break;
            default:
                break;
        }
    }

    internal static async Task AgreeAsync(StoreRig rig)
    {
        await using var db = await rig.Database.Contexts.CreateDbContextAsync();
        Assert.Equal(await CountedAsync(db), await TalliedAsync(db));

        var attempts = await db.Attempts.Where(a => a.Status != AttemptStatus.Interrupted)
            .Join(db.Jobs, a => a.JobId, j => j.Id, (a, j) => new { a.Status, a.FiredAt, j.ProjectId }).ToListAsync();
        var hours = await db.HourlyStats.AsNoTracking().ToListAsync();
        foreach (var hour in hours.Where(h => attempts.Any(a => a.ProjectId == h.ProjectId)).GroupBy(h => (h.ProjectId, h.Hour)))
        {
            var its = attempts.Where(a => a.ProjectId == hour.Key.ProjectId && HourlyTotals.HourOf(a.FiredAt) == hour.Key.Hour).ToArray();
            Assert.Equal(its.Count(a => a.Status == AttemptStatus.Success), hour.Sum(h => h.Succeeded));
            Assert.Equal(its.Count(a => a.Status == AttemptStatus.Failed), hour.Sum(h => h.Failed));
            Assert.Equal(its.Length, hour.Sum(h => h.Figures.Skip(3).Sum()));
        }

        Assert.Equal(
            attempts.Select(a => (a.ProjectId, HourlyTotals.HourOf(a.FiredAt))).Distinct().Count(),
            hours.Where(h => attempts.Any(a => a.ProjectId == h.ProjectId)).Select(h => (h.ProjectId, h.Hour)).Distinct().Count());
    }

    private static async Task<string> CountedAsync(DispatchDbContext db)
    {
        var counts = await db.Jobs
            .GroupBy(j => new { j.ProjectId, j.Status })
            .Select(g => new { g.Key.ProjectId, g.Key.Status, Count = g.LongCount() })
            .ToListAsync();
        return Text(counts
            .GroupBy(c => c.ProjectId)
            .ToDictionary(p => p.Key, p => p.Aggregate(default(StatusCounts), (sum, c) => sum.Plus(c.Status, c.Count))));
    }

    private static async Task<string> TalliedAsync(DispatchDbContext db)
    {
        var rows = await db.ProjectCounters.AsNoTracking().ToListAsync();
        return Text(rows.GroupBy(t => t.ProjectId).ToDictionary(
            p => p.Key,
            p => p.Aggregate(
                default(StatusCounts),
                (sum, t) => sum + new StatusCounts(t.Scheduled, t.Firing, t.Success, t.Failed, t.Dead, t.Cancelled))));
    }

    private static string Text(Dictionary<Guid, StatusCounts> tallies) =>
        string.Join("\n", tallies.Where(t => t.Value != default).OrderBy(t => t.Key).Select(t => $"{t.Key} {t.Value}"));
}
