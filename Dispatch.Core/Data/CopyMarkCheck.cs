using Dispatch.Model;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>Keeps hosts away from a database that <c>migrate-data</c> has not finished filling.</summary>
internal static class CopyMarkCheck
{
    /// <exception cref="StartupException">The database is being filled.</exception>
    public static async Task RefuseUnfinishedCopyAsync(this DispatchDbContext db)
    {
        if (await db.CopyMarks.AnyAsync(m => m.Role == CopyRole.Target))
        {
            throw new StartupException(
                $"{Providers.Setting}: migrate-data has not finished filling this database. "
                + "Give the same migrate-data command again, it goes on where it was; or name another database.");
        }

        await db.CopyMarks.ExecuteDeleteAsync();   // a copy that was begun before lacks the rows that this host writes
    }
}
