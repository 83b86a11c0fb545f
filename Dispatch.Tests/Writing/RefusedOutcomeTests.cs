using System.Diagnostics;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Writing;

/// <summary>An outcome that the database refuses for its own sake, on a host that has nothing else to write.</summary>
public sealed class RefusedOutcomeTests
{
    [Fact]
    public async Task A_host_stays_ready_while_one_outcome_is_refused()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        var claimed = Assert.IsType<ClaimedJob>(await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id));
        await ExecuteAsync(
            rig, """CREATE TRIGGER "Refusal" BEFORE INSERT ON "Attempts" BEGIN SELECT RAISE(ABORT, 'refused by the test'); END""");

        var recording = rig.RecordAsync(claimed, Transition.Deliver);
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < WriteHealth.Patience + TimeSpan.FromSeconds(1))
        {
            Assert.False(rig.Health.IsStalled, "the host is not ready, though the database takes every other write");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.False(recording.IsCompleted);
        await ExecuteAsync(rig, """DROP TRIGGER "Refusal" """);
        Assert.True(await recording);
    }

    private static async Task ExecuteAsync(StoreRig rig, string sql)
    {
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Database.ExecuteSqlRawAsync(sql, TestContext.Current.CancellationToken);
    }
}
