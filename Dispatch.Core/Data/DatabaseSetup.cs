using System.Data.Common;
using Dispatch.Data.Moving;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Data;

/// <summary>Makes the database ready before anything else starts.</summary>
internal sealed class DatabaseSetup(
    IDbContextFactory<DispatchDbContext> contexts, DatabaseOptions database, ContentRoot contentRoot, ILogger<DatabaseSetup> log) : IDisposable
{
    private FileStream? hostLock;

    /// <summary>Takes the SQLite file for this host alone and brings the schema up to date.</summary>
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
            await Providers.ClearStaleMigrationLockAsync(db);
            await db.Database.MigrateAsync();
            await db.AdmitHostAsync();
            if (await Providers.HowToReadWithoutWaitingAsync(db) is { } statement) Log.ReadersWait(log, statement);
        }
        catch (Exception exception) when (exception is DbException || DatabaseFaults.IsUnavailable(exception))
        {
            throw new StartupException($"Database:ConnectionString: the database cannot be opened: {ReasonOf(exception)}");
        }
    }

    public void Dispose() => hostLock?.Dispose();

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

/// <summary>Where relative paths start.</summary>
internal sealed record ContentRoot(string Path);

/// <summary>The host cannot start; the message is for the operator and names the setting.</summary>
public sealed class StartupException(string message) : Exception(message);
