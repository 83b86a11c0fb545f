using System.Data.Common;
using Dispatch.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;

namespace Dispatch.Data;

internal sealed class DatabaseSetup(
    IDbContextFactory<DispatchDbContext> contexts,
    DatabaseOptions database,
    PostgresPooler pooler,
    IDataProtectionProvider protection,
    ContentRoot contentRoot,
    ILogger<DatabaseSetup> log) : IDisposable
{
    private FileStream? hostLock;

    /// <summary>Locks the SQLite file for this host, updates the schema and creates the first key.</summary>
    /// <exception cref="StartupException">Another host has the file, opening fails, or <c>migrate-data</c> is not done with it.</exception>
    public async Task OpenAsync()
    {
        if (database.Provider == DatabaseProvider.Sqlite)
        {
            hostLock = SqliteFileLock.Take(
                Providers.CreateSqliteFile(database, contentRoot.Path),
                Providers.Setting,
                "A SQLite file serves one host; stop that one first, or give this one a file of its own.");
        }

        try
        {
            await pooler.LookAsync();
            await using var turn = await TakeTurnAsync();
            await using var db = await contexts.CreateDbContextAsync();
            if (!database.Provider.ServesOneHost()) db.Database.SetCommandTimeout(SetupTurn.Patience);
            if (await SchemaOrigins.ReadAsync(db) == SchemaOrigin.Unreleased)
            {
                throw new StartupException(
                    $"{Providers.Setting}: {ConnectionStrings.Describe(database, contentRoot.Path)} {SchemaOrigins.UnreleasedAdvice}.");
            }

            await Providers.ClearStaleMigrationLockAsync(db);
            await MigrateAsync(db);
            await db.RefuseUnfinishedCopyAsync();
            await RefuseHiddenRowCountsAsync(db);
            if (!database.Provider.ServesOneHost()) await MakeKeyAsync(db);
            await AdviseAsync(db);
        }
        catch (Exception exception) when (exception is DbException || DatabaseFaults.IsUnavailable(exception))
        {
            throw new StartupException($"Database:ConnectionString: the database cannot be opened: {ReasonOf(exception)}");
        }
    }

    public void Dispose() => hostLock?.Dispose();

    // Another host may migrate as well: EF releases its lock between two migrations, so one host may find the next one already done.
    private static async Task MigrateAsync(DispatchDbContext db)
    {
        for (var pending = int.MaxValue; ;)
        {
            try
            {
                await db.Database.MigrateAsync();
                return;
            }
            catch (DbException exception) when (!DatabaseFaults.IsUnavailable(exception))
            {
                var left = (await db.Database.GetPendingMigrationsAsync()).Count();
                if (left >= pending) throw;   // the other host made no progress either, so the error has another cause
                pending = left;
            }
        }
    }

    private Task<SetupTurn?> TakeTurnAsync() => database.Provider.ServesOneHost()
        ? Task.FromResult<SetupTurn?>(null)
        : SetupTurn.TakeAsync(contexts, () => Log.WaitsForOtherSetup(log));

    private static async Task RefuseHiddenRowCountsAsync(DispatchDbContext db)
    {
        if (!await Providers.HidesRowCountsAsync(db)) return;
        throw new StartupException(
            $"{Providers.Setting}: this SQL Server does not tell how many rows a statement changed, because its setting 'user options' "
            + "contains NOCOUNT (512); take 512 off it: EXEC sp_configure 'user options', …; RECONFIGURE.");
    }

    private async Task AdviseAsync(DispatchDbContext db)
    {
        if (await Providers.SnapshotReadsFixAsync(db) is { } statement) Log.ReadersWait(log, statement);
        if (pooler.IsPresent) Log.Pooled(log);
        if (pooler.MissingLimit is { } limit) Log.NoIdleLimit(log, limit);
    }

    // Data protection creates its key at first use. Two hosts at once would create two keys and not know the other's for a day.
    private async Task MakeKeyAsync(DispatchDbContext db)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();   // PostgreSQL's lock lasts as long as it
        await using var turn = await db.GetService<IHistoryRepository>().AcquireDatabaseLockAsync();
        protection.CreateProtector("Dispatch.Start").Protect([]);
    }

    // The driver's message, because that of the system below it may be "Success".
    private static string ReasonOf(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException driver) return driver.Message;
        }

        return exception.GetBaseException().Message;
    }
}
