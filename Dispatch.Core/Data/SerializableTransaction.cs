using System.Data;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

internal static class SerializableTransaction
{
    /// <summary>Runs the work in a serializable transaction. Without a commit by the work, it is rolled back.</summary>
    public static async Task<T> SerializableAsync<T>(
        this DispatchDbContext db, Func<IDbContextTransaction, Task<T>> work, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);   // the same one for both transactions
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancellation);
            return await work(transaction);
        }
        finally
        {
            await RestoreLevelAsync(db);
            await db.Database.CloseConnectionAsync();
        }
    }

    // SQL Server's pool keeps the level of the last transaction on a connection (dotnet/SqlClient#96). Whoever got it next would read
    // serializable, which waits for writers.
    private static async Task RestoreLevelAsync(DispatchDbContext db)
    {
        var isBroken = db.Database.GetDbConnection().State != ConnectionState.Open;
        if (isBroken || db.Provider != DatabaseProvider.SqlServer) return;
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
