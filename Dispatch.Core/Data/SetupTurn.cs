using System.Diagnostics;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

/// <summary>
/// One host at a time sets up a database on a server. EF has a lock of its own for migrations, but waits for it without a word. This one
/// belongs to a transaction, because a pooler may give each transaction another session.
/// </summary>
internal sealed class SetupTurn : IAsyncDisposable
{
    /// <summary>
    /// What a migration may take, such as an index over a large table. A host that gave up sooner would never get further, however often
    /// it started.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan QuietWait = TimeSpan.FromSeconds(1);

    private readonly DispatchDbContext db;

    private SetupTurn(DispatchDbContext db) => this.db = db;

    /// <summary>Waits until no other host sets up the database. Null if there is no database yet.</summary>
    /// <param name="waits">Called once if another host does.</param>
    public static async Task<SetupTurn?> TakeAsync(IDbContextFactory<DispatchDbContext> contexts, Action waits)
    {
        var db = await contexts.CreateDbContextAsync();
        try
        {
            if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync())
            {
                await db.DisposeAsync();
                return null;
            }

            if (!await TryLockAsync(db, QuietWait))
            {
                waits();
                await LockAsync(db, Patience);
            }

            return new SetupTurn(db);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    // Rolls the transaction back, and so gives up the lock.
    public ValueTask DisposeAsync() => db.DisposeAsync();

    private static async Task<bool> TryLockAsync(DispatchDbContext db, TimeSpan patience)
    {
        try
        {
            await LockAsync(db, patience);
            return true;
        }
        catch (Exception exception) when (DatabaseFaults.IsTimeout(exception))
        {
            await db.Database.RollbackTransactionAsync();
            return false;
        }
    }

    private static async Task LockAsync(DispatchDbContext db, TimeSpan patience)
    {
        db.Database.SetCommandTimeout(patience);
        await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlRawAsync(db.Provider switch
        {
            // The transaction is idle while the migrations run on another connection. The number is "Dispatch" in ASCII.
            DatabaseProvider.Postgres => $"SET LOCAL idle_in_transaction_session_timeout = {(int)Patience.TotalMilliseconds}; "
                + "SELECT pg_advisory_xact_lock(x'4469737061746368'::bigint)",
            DatabaseProvider.SqlServer => "EXEC sp_getapplock @Resource = 'Dispatch.Setup', @LockMode = 'Exclusive'",
            DatabaseProvider.Sqlite => throw new UnreachableException("The lock on its file admits one host."),
        });
    }
}
