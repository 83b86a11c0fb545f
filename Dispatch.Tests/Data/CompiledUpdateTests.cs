using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Data;

public sealed class CompiledUpdateTests
{
    private sealed record Numbering(Guid[] Ids, int Number, long? At);

    private static readonly CompiledUpdate<Job, Numbering> Number = new((jobs, db, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && db.Projects.Any(p => p.Id == j.ProjectId))
        .ExecuteUpdateAsync(set => set.SetProperty(j => j.Attempt, _ => a.Number).SetProperty(j => j.NextAttemptAt, _ => a.At)));

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Every_call_has_its_own_arguments(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var (one, other) = (await rig.InsertAsync(rig.Now + 1000), await rig.InsertAsync(rig.Now + 1000));
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, await Number.ExecuteAsync(db, new([one.Id, other.Id], 7, 70)));
        Assert.Equal(1, await Number.ExecuteAsync(db, new([other.Id], 8, null)));
        Assert.Equal(0, await Number.ExecuteAsync(db, new([], 9, 90)));

        var stored = await db.Jobs.AsNoTracking()
            .OrderBy(j => j.Attempt)
            .Select(j => new { j.Id, j.Attempt, j.NextAttemptAt })
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([(one.Id, 7, (long?)70), (other.Id, 8, null)], stored.Select(j => (j.Id, j.Attempt, j.NextAttemptAt)));
    }

    /// <summary>It would stay what it was at the first call, for whoever calls next.</summary>
    [Fact]
    public async Task A_variable_that_is_no_argument_is_refused()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var hostId = rig.Host.Id;
        var update = new CompiledUpdate<Job, Numbering>((jobs, _, a) => jobs
            .Where(j => j.ArmedBy == hostId)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Attempt, _ => a.Number)));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => update.ExecuteAsync(db, new([], 1, null)));

        Assert.Equal("hostId (Guid) is not one of the statement's arguments.", refused.Message);
    }

    /// <summary>Likewise.</summary>
    [Fact]
    public async Task An_argument_that_is_read_outside_of_an_expression_is_refused()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var update = new CompiledUpdate<Job, Numbering>((jobs, _, a) => jobs.Where(j => a.Ids.Contains(j.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.Attempt, a.Number).SetProperty(j => j.NextAttemptAt, _ => a.At)));

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => update.ExecuteAsync(db, new([], 1, null)));

        Assert.StartsWith("Numbering.Number stands in no expression of the statement", refused.Message);
    }
}
