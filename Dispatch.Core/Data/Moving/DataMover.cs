using System.Diagnostics;
using Dispatch.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data.Moving;

/// <summary>
/// Copies everything from one database to an empty one, row for row as it is: what hosts of the source had armed or claimed is recovered by the first start on
/// the target, as it would be by the next start on the source. A run that was cut off is carried on by the next: as the source does not change, the target
/// holds the first rows of each table in the order of their key, and their number says where to go on.
/// </summary>
internal sealed class DataMover(MoveSide source, MoveSide target, IMoveWatcher watcher)
{
    private readonly Stopwatch running = new();
    private IReadOnlyList<MovedTable> tables = [];
    private long total;
    private long there;
    private long copied;
    private int mended;

    /// <exception cref="MoveException">It could not be done, or not to the end.</exception>
    public static async Task<MoveResult> MoveAsync(MoveEnd from, MoveEnd to, string contentRoot, IMoveWatcher watcher, CancellationToken stopping)
    {
        if (Providers.Describe(from.Database, contentRoot) == Providers.Describe(to.Database, contentRoot)) throw new MoveException("--from and --to name the same database.");
        await using var source = MoveSide.OfSource(from, contentRoot);
        await source.CheckSourceAsync();
        await using var target = MoveSide.OfTarget(to, contentRoot);
        await target.PrepareTargetAsync();
        await source.UpdateSourceAsync(watcher);
        watcher.Say($"From {source} to {target}.");
        return await new DataMover(source, target, watcher).MoveAsync(stopping);
    }

    private async Task<MoveResult> MoveAsync(CancellationToken stopping)
    {
        await source.UseAsync(db => Task.FromResult(tables = MovedTables.Of(db.Model)));

        var mark = await new MoveBeginning(source, target, tables, watcher).BeginAsync();
        var skips = await target.UseAsync(CountAsync);
        (total, there) = ((await source.UseAsync(CountAsync)).Values.Sum(), skips.Values.Sum());
        running.Start();
        foreach (var table in tables)
        {
            await source.UseAsync(db => table.CopyAsync(db, skips[table], rows => WriteAsync(mark, table, rows), stopping));
        }

        if (await source.UseAsync(db => db.FindMoveMarkAsync(MoveRole.Source)) is not { } kept || kept.MoveId != mark.MoveId) throw MoveBeginning.Outdated(source, target);
        var result = new MoveResult(await CompareAsync(), copied, mended, running.Elapsed);
        if (!result.Agrees) return result;
        await target.UseAsync(db => db.ClearMoveMarksAsync());   // from now on hosts may start on it
        await source.UseAsync(db => db.ClearMoveMarksAsync());
        return result;
    }

    private async Task WriteAsync(MoveMark mark, MovedTable table, MovedRows rows)
    {
        if (!target.Provider.TakesAnyText()) mended += rows.Mend();
        await target.UseAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            if (!await db.IsOurMoveAsync(mark)) throw target.Refusal("another migrate-data has begun to fill it. This one stops.");
            await rows.InsertAsync(db);
            await transaction.CommitAsync();
        });
        there += rows.Count;
        copied += rows.Count;
        watcher.Show(new MoveProgress(table.Name, there, total, copied, running.Elapsed));
    }

    private async Task<Dictionary<MovedTable, long>> CountAsync(DispatchDbContext db)
    {
        var counts = new Dictionary<MovedTable, long>();
        foreach (var table in tables) counts[table] = await table.CountAsync(db);
        return counts;
    }

    /// <summary>Tables, and jobs by status, on both sides.</summary>
    private async Task<IReadOnlyList<MoveCount>> CompareAsync()
    {
        var (from, to) = (await source.UseAsync(CountAsync), await target.UseAsync(CountAsync));
        var (jobsFrom, jobsTo) = (await source.UseAsync(ByStatusAsync), await target.UseAsync(ByStatusAsync));
        return
        [
            .. tables.Select(table => new MoveCount(table.Name, from[table], to[table])),
            .. Enum.GetValues<JobStatus>().Select(status => new MoveCount($"Jobs {status.ToName()}", jobsFrom.GetValueOrDefault(status), jobsTo.GetValueOrDefault(status))),
        ];
    }

    private static Task<Dictionary<JobStatus, long>> ByStatusAsync(DispatchDbContext db) =>
        db.Jobs.GroupBy(job => job.Status).Select(group => new { group.Key, Count = group.LongCount() }).ToDictionaryAsync(group => group.Key, group => group.Count);
}
