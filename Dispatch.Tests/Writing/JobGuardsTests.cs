using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Writing;

public sealed class JobGuardsTests
{
    /// <summary>
    /// By their holder they would be among everything that is due, or all that is to come:
    /// a million rows read by the writer for a sweep of a few.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task Jobs_of_a_batch_are_found_by_their_ids(int batch)
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var (ids, hostId, now) = (Enumerable.Range(0, batch).Select(_ => Guid.CreateVersion7()).ToArray(), rig.Host.Id, rig.Now);

        var toClaim = await QueryPlan.OfAsync(db, db.Jobs
            .Where(j => ids.Contains(j.Id) && j.NextAttemptAt <= now)
            .HeldBy(new HostArgument(hostId))
            .Select(j => j.Id));
        var toArm = await QueryPlan.OfAsync(db, db.Jobs
            .Where(j => ids.Contains(j.Id) && j.NextAttemptAt != null)
            .StillFree()
            .Select(j => j.Id));

        Assert.StartsWith("SEARCH j USING INDEX sqlite_autoindex_Jobs_1 (Id=?)", toClaim);
        Assert.StartsWith("SEARCH j USING INDEX sqlite_autoindex_Jobs_1 (Id=?)", toArm);
    }

    /// <summary>By way of their projects they would be among all that these have to come.</summary>
    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Jobs_to_claim_are_found_by_their_ids_among_many_of_one_project(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        await rig.SeedAsync(5_000, i => (rig.ProjectId, JobStatus.Scheduled, $"{i}"));
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var ids = await db.Jobs.Select(j => j.Id).Take(200).ToArrayAsync(TestContext.Current.CancellationToken);

        var plan = await QueryPlan.OfAsync(db, db.Jobs
            .Where(j => ids.Contains(j.Id) && j.NextAttemptAt <= rig.Now)
            .HeldBy(new HostArgument(rig.Host.Id))
            .OfActiveProjects(db)
            .StandingAt(Transition.Claim)
            .Select(j => j.Id));

        Assert.Contains(provider == DatabaseProvider.Sqlite ? "SEARCH j USING INDEX sqlite_autoindex_Jobs_1 (Id=?)" : "\"PK_Jobs\"", plan);
        Assert.DoesNotContain("IX_Jobs", plan);
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task They_tell_held_jobs_from_free_ones(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var held = await rig.InsertAsync(rig.Now + 1000);
        var free = await rig.InsertAsync(rig.Now + 1000, armed: false);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);

        Assert.Equal([held.Id], await db.Jobs
            .HeldBy(new HostArgument(rig.Host.Id))
            .Select(j => j.Id)
            .ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal([free.Id], await db.Jobs.StillFree().Select(j => j.Id).ToListAsync(TestContext.Current.CancellationToken));
    }
}
