using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data.Copying;

internal static class CopyMarks
{
    public static Task<CopyMark?> FindCopyMarkAsync(this DispatchDbContext db, CopyRole role) =>
        db.CopyMarks.AsNoTracking().FirstOrDefaultAsync(m => m.Role == role);

    /// <summary>Replaces any mark of that role.</summary>
    public static async Task SetCopyMarkAsync(this DispatchDbContext db, CopyMark mark)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.CopyMarks.Where(m => m.Role == mark.Role).ExecuteDeleteAsync();
        await db.InsertRowsAsync([mark]);
        await transaction.CommitAsync();
    }

    /// <summary>True while this run owns the copy. The row stays locked until the transaction ends, so that another run waits.</summary>
    public static async Task<bool> IsOurCopyAsync(this DispatchDbContext db, CopyMark mark) =>
        await db.CopyMarks.Where(m => m.CopyId == mark.CopyId && m.Role == mark.Role && m.RunId == mark.RunId)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.RunId, mark.RunId)) == 1;

    public static Task ClearCopyMarksAsync(this DispatchDbContext db) => db.CopyMarks.ExecuteDeleteAsync();
}
