using System.Diagnostics;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data.Copying;

/// <summary>
/// Copies everything from one database to an empty one, row by row and unchanged. The first host on the target recovers the jobs that hosts
/// of the source had armed or claimed. The next run continues a run that was cut off: because the source does not change, the target has
/// the first rows of each table in the order of their key, and their number tells where to continue.
/// </summary>
internal sealed class DataCopier(CopyDatabase source, CopyDatabase target, ICopyWatcher watcher)
{
    private readonly Stopwatch running = new();
    private IReadOnlyList<CopiedTable> tables = [];
    private long total;
    private long present;
    private long copied;
    private int repaired;

    /// <exception cref="CopyException">The copy could not start or finish.</exception>
    public static async Task<CopyResult> CopyAsync(
        CopyEndpoint from, CopyEndpoint to, string contentRoot, ICopyWatcher watcher, CancellationToken stopping)
    {
        if (ConnectionStrings.Describe(from.Database, contentRoot) == ConnectionStrings.Describe(to.Database, contentRoot))
        {
            throw new CopyException("--from and --to name the same database.");
        }

        await using var source = CopyDatabase.OfSource(from, contentRoot);
        await source.CheckSourceAsync();
        await using var target = CopyDatabase.OfTarget(to, contentRoot);
        await target.PrepareTargetAsync();
        await source.UpdateSourceAsync(watcher);
        watcher.Say($"From {source} to {target}.");
        return await new DataCopier(source, target, watcher).CopyAsync(stopping);
    }

    private async Task<CopyResult> CopyAsync(CancellationToken stopping)
    {
        await source.UseAsync(db => Task.FromResult(tables = CopiedTables.Of(db.Model)));

        var mark = await new CopyStart(source, target, tables, watcher).BeginAsync();
        var skips = await target.UseAsync(CountAsync);
        (total, present) = ((await source.UseAsync(CountAsync)).Values.Sum(), skips.Values.Sum());
        running.Start();
        foreach (var table in tables)
        {
            await source.UseAsync(db => table.CopyAsync(db, skips[table], rows => WriteAsync(mark, table, rows), stopping));
        }

        var sourceMark = await source.UseAsync(db => db.FindCopyMarkAsync(CopyRole.Source));
        if (sourceMark?.CopyId != mark.CopyId) throw CopyStart.Outdated(source, target);
        var result = new CopyResult(await CompareAsync(), copied, repaired, running.Elapsed);
        if (!result.CountsMatch) return result;
        await target.UseAsync(db => db.ClearCopyMarksAsync());   // from now on hosts may start on the target
        await source.UseAsync(db => db.ClearCopyMarksAsync());
        return result;
    }

    private async Task WriteAsync(CopyMark mark, CopiedTable table, CopiedRows rows)
    {
        if (!target.Provider.StoresAnyText()) repaired += rows.Repair();
        await target.UseAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            if (!await db.IsOurCopyAsync(mark)) throw target.Refusal("another migrate-data has begun to fill it. This one stops.");
            await rows.InsertAsync(db);
            await transaction.CommitAsync();
        });
        present += rows.Count;
        copied += rows.Count;
        watcher.Show(new CopyProgress(table.Name, present, total, copied, running.Elapsed));
    }

    private async Task<Dictionary<CopiedTable, long>> CountAsync(DispatchDbContext db)
    {
        var counts = new Dictionary<CopiedTable, long>();
        foreach (var table in tables) counts[table] = await table.CountAsync(db);
        return counts;
    }

    private async Task<IReadOnlyList<CopyCount>> CompareAsync()
    {
        var (from, to) = (await source.UseAsync(CountAsync), await target.UseAsync(CountAsync));
        var (jobsFrom, jobsTo) = (await source.UseAsync(ByStatusAsync), await target.UseAsync(ByStatusAsync));
        return
        [
            .. tables.Select(table => new CopyCount(table.Name, from[table], to[table])),
            .. Enum.GetValues<JobStatus>().Select(status =>
                new CopyCount($"Jobs {status.ToName()}", jobsFrom.GetValueOrDefault(status), jobsTo.GetValueOrDefault(status))),
        ];
    }

    private static Task<Dictionary<JobStatus, long>> ByStatusAsync(DispatchDbContext db) =>
        db.Jobs
            .GroupBy(job => job.Status)
            .Select(group => new { group.Key, Count = group.LongCount() })
            .ToDictionaryAsync(group => group.Key, group => group.Count);
}
