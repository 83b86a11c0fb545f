using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data.Moving;

/// <summary>Reads and writes <see cref="MoveMark"/>.</summary>
internal static class MoveMarks
{
    /// <summary>Asked by each host at its start.</summary>
    /// <exception cref="StartupException">The database is being filled.</exception>
    public static async Task AdmitHostAsync(this DispatchDbContext db)
    {
        if (await db.MoveMarks.AnyAsync(m => m.Role == MoveRole.Target))
        {
            throw new StartupException(
                $"{Providers.Setting}: migrate-data has not finished filling this database. Give the same migrate-data command again, it goes on where it was; or name another database.");
        }

        await db.MoveMarks.ExecuteDeleteAsync();   // what this host writes is missing in a copy that was begun before
    }

    public static Task<MoveMark?> FindMoveMarkAsync(this DispatchDbContext db, MoveRole role) =>
        db.MoveMarks.AsNoTracking().FirstOrDefaultAsync(m => m.Role == role);

    /// <summary>Replaces whatever mark of that role there is.</summary>
    public static async Task SetMoveMarkAsync(this DispatchDbContext db, MoveMark mark)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.MoveMarks.Where(m => m.Role == mark.Role).ExecuteDeleteAsync();
        await db.InsertRowsAsync([mark]);
        await transaction.CommitAsync();
    }

    /// <summary>True while the move is this run's. The row stays locked until the transaction ends, so that another run waits for it.</summary>
    public static async Task<bool> IsOurMoveAsync(this DispatchDbContext db, MoveMark mark) =>
        await db.MoveMarks.Where(m => m.MoveId == mark.MoveId && m.Role == mark.Role && m.RunId == mark.RunId)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.RunId, mark.RunId)) == 1;

    public static Task ClearMoveMarksAsync(this DispatchDbContext db) => db.MoveMarks.ExecuteDeleteAsync();
}
