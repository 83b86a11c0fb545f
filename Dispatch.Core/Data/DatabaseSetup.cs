using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Data;

/// <summary>Makes the database ready before anything else starts.</summary>
internal sealed class DatabaseSetup(IDbContextFactory<DispatchDbContext> contexts, DatabaseOptions database, ContentRoot contentRoot) : IDisposable
{
    private FileStream? hostLock;

    /// <summary>Takes the SQLite file for this host alone and brings the schema up to date.</summary>
    /// <exception cref="StartupException">Another host uses the file, or it cannot be opened.</exception>
    public async Task OpenAsync()
    {
        if (database.Provider == DatabaseProvider.Sqlite) hostLock = Lock(Providers.CreateSqliteFile(database, contentRoot.Path));

        await using var db = await contexts.CreateDbContextAsync();
        try
        {
            await Providers.ClearStaleMigrationLockAsync(db);
            await db.Database.MigrateAsync();
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

    // The kernel drops the lock with the process, however that ends.
    private static FileStream Lock(string file)
    {
        try
        {
            return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartupException(
                $"Database:ConnectionString: another Dispatch host is using {file}. A SQLite file serves one host; stop that one first, or give this one a file of its own.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartupException($"Database:ConnectionString: no permission to write {file}.lock; give this user a folder it may write to.");
        }
    }
}

/// <summary>Where relative paths start.</summary>
internal sealed record ContentRoot(string Path);

/// <summary>The host cannot start; the message is for the operator and names the setting.</summary>
public sealed class StartupException(string message) : Exception(message);
