using System.Data.Common;
using Dispatch.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;

namespace Dispatch.Data;

/// <summary>Makes the database ready before anything else starts.</summary>
internal sealed class DatabaseSetup(
    IDbContextFactory<DispatchDbContext> contexts, DatabaseOptions database, IDataProtectionProvider protection, ContentRoot contentRoot, ILogger<DatabaseSetup> log) : IDisposable
{
    private FileStream? hostLock;

    /// <summary>Takes the SQLite file for this host alone, brings the schema up to date and sees to it that there is a key.</summary>
    /// <exception cref="StartupException">Another host uses the file, it cannot be opened, or it is being filled by <c>migrate-data</c>.</exception>
    public async Task OpenAsync()
    {
        if (database.Provider == DatabaseProvider.Sqlite)
        {
            hostLock = SqliteFileLock.Take(
                Providers.CreateSqliteFile(database, contentRoot.Path), Providers.Setting, "A SQLite file serves one host; stop that one first, or give this one a file of its own.");
        }

        await using var db = await contexts.CreateDbContextAsync();
        try
        {
            if (await SchemaOrigins.ReadAsync(db) == SchemaOrigin.Unreleased)
            {
                throw new StartupException($"{Providers.Setting}: {Providers.Describe(database, contentRoot.Path)} {SchemaOrigins.UnreleasedAdvice}.");
            }

            await Providers.ClearStaleMigrationLockAsync(db);
            await MigrateAsync(db);
            await db.AdmitHostAsync();
            if (!database.Provider.ServesOneHost()) await MakeKeyAsync(db);
            if (await Providers.HowToReadWithoutWaitingAsync(db) is { } statement) Log.ReadersWait(log, statement);
        }
        catch (Exception exception) when (exception is DbException || DatabaseFaults.IsUnavailable(exception))
        {
            throw new StartupException($"Database:ConnectionString: the database cannot be opened: {ReasonOf(exception)}");
        }
    }

    public void Dispose() => hostLock?.Dispose();

    // Another host may be at it as well: between two migrations EF lets go of its lock, and then one of the two finds done what it was about to do.
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
                if (left >= pending) throw;   // not even fewer than before: it is something else
                pending = left;
            }
        }
    }

    // Secrets and cookies are encrypted with a key that is made by whoever needs one first. Two hosts at once would make two, and not know the other's for a day.
    private async Task MakeKeyAsync(DispatchDbContext db)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();   // PostgreSQL's lock lasts as long
        await using var turn = await db.GetService<IHistoryRepository>().AcquireDatabaseLockAsync();
        protection.CreateProtector("Dispatch.Start").Protect([]);
    }

    // What the driver says, rather than what it had from the system, which may be "Success".
    private static string ReasonOf(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException driver) return driver.Message;
        }

        return exception.GetBaseException().Message;
    }
}
