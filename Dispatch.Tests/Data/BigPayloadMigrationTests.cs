using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Dispatch.Tests.Data;

/// <summary>A database from before big payloads had a table of their own keeps each byte.</summary>
public sealed class BigPayloadMigrationTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Big_payloads_move_to_their_table_and_back(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        byte[][] payloads = ["{}"u8.ToArray(), Payload(BigPayload.LongestInRow), Payload(BigPayload.LongestInRow + 1), Payload(250 * 1024)];
        var ids = new List<Guid>();
        foreach (var payload in payloads)
        {
            var job = rig.NewJob(rig.Now);
            job.Payload = payload;
            Assert.True(await rig.Store.InsertAsync(job, keyId: null));
            ids.Add(job.Id);
        }

        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var now = await LengthsAsync(db, ids);
        Assert.Equal([2, BigPayload.LongestInRow, 0, 0], now);
        Assert.Equal(2, await db.BigPayloads.CountAsync(TestContext.Current.CancellationToken));

        var before = db.Database.GetMigrations().Single(migration => migration.EndsWith("_AlarmIdentity", StringComparison.Ordinal));
        await db.GetService<IMigrator>().MigrateAsync(before, TestContext.Current.CancellationToken);
        Assert.Equal(payloads.Select(payload => payload.Length), await LengthsAsync(db, ids));

        await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
        Assert.Equal(now, await LengthsAsync(db, ids));
        foreach (var (id, payload) in ids.Zip(payloads).Skip(2))
            Assert.Equal(payload, (await db.BigPayloads.AsNoTracking().SingleAsync(p => p.JobId == id, CancellationToken.None)).Bytes);
    }

    private static async Task<IEnumerable<int>> LengthsAsync(DispatchDbContext db, List<Guid> ids)
    {
        var rows = await db.Jobs.AsNoTracking().Where(job => ids.Contains(job.Id))
            .ToDictionaryAsync(job => job.Id, job => job.Payload.Length);
        return ids.Select(id => rows[id]);
    }

    private static byte[] Payload(int length) => [.. "{\"a\":\""u8, .. Enumerable.Repeat((byte)'x', length - 8), .. "\"}"u8];
}
