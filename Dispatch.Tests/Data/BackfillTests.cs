using Dispatch.Data;
using Dispatch.Jobs;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Dispatch.Tests.Data;

public sealed class BackfillTests
{
    [Fact]
    public async Task Counters_of_an_older_database_are_filled_from_its_rows()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        rig.Clock.SetUtcNow(DateTimeOffset.UtcNow.AddYears(100));   // the rig's clock runs forward only; the attempts are dated below
        var dead = (await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id))!;
        await rig.RecordAsync(dead, Transition.Exhaust);
        await rig.RecordAsync((await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id))!, Transition.Deliver);
        await rig.InsertAsync(rig.Now + 60_000);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(cancellation);
        var hour = HourTally.HourOf(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        await db.Attempts.ExecuteUpdateAsync(set => set.SetProperty(a => a.FiredAt, hour).SetProperty(a => a.LatenessMs, a => a.JobId == dead.Id ? 51L : 2L), cancellation);

        await db.GetService<IMigrator>().MigrateAsync("Initial", cancellation);
        await db.Database.MigrateAsync(cancellation);

        var tally = await db.ProjectTallies.AsNoTracking().SingleAsync(cancellation);
        Assert.Equal((rig.ProjectId, Guid.Empty, 1, 0, 1, 0, 1, 0), (tally.ProjectId, tally.HostId, tally.Scheduled, tally.Firing, tally.Success, tally.Failed, tally.Dead, tally.Cancelled));
        var counted = await db.DeliveryHours.AsNoTracking().SingleAsync(cancellation);
        Assert.Equal((hour, 1, 1, 1, 1, 1), (counted.Hour, counted.Succeeded, counted.Failed, counted.Died, counted.Late2, counted.Late100));
        Assert.Equal(2, counted.Figures.Skip(3).Sum());
    }
}
