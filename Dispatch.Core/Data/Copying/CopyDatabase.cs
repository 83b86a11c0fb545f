using System.Data.Common;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Data.Copying;

/// <param name="Option">The option of the command line, for messages.</param>
internal sealed record CopyEndpoint(string Option, DatabaseOptions Database);

/// <summary>The source or the target of a copy, locked against hosts.</summary>
internal sealed class CopyDatabase : IAsyncDisposable
{
    private const string Stop = "Stop it first: nobody may write while the rows are moved.";

    /// <summary>A host that was killed counts as running for this long.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(30);

    /// <summary>Counting a large table or creating its index may take this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly string option;
    private readonly string name;
    private readonly FileStream? fileLock;
    private readonly ServiceProvider services;

    private CopyDatabase(CopyEndpoint endpoint, string contentRoot, FileStream? fileLock)
    {
        this.fileLock = fileLock;
        option = endpoint.Option;
        name = ConnectionStrings.Describe(endpoint.Database, contentRoot);
        Provider = endpoint.Database.Provider;
        services = new ServiceCollection()
            .AddDispatchDatabase(endpoint.Database.WithCommandTimeout(Patience), contentRoot)
            .BuildServiceProvider();
    }

    public DatabaseProvider Provider { get; }

    public static CopyDatabase OfSource(CopyEndpoint endpoint, string contentRoot)
    {
        if (endpoint.Database.Provider != DatabaseProvider.Sqlite) return new(endpoint, contentRoot, null);
        var file = ConnectionStrings.SqliteFile(endpoint.Database, contentRoot);
        return File.Exists(file)
            ? new(endpoint, contentRoot, SqliteFileLock.Take(file, endpoint.Option, Stop))
            : throw new CopyException($"{endpoint.Option}: there is no file {file}.");
    }

    /// <summary>Creates the SQLite file if it is missing.</summary>
    public static CopyDatabase OfTarget(CopyEndpoint endpoint, string contentRoot)
    {
        if (endpoint.Database.Provider != DatabaseProvider.Sqlite) return new(endpoint, contentRoot, null);
        var file = Providers.CreateSqliteFile(endpoint.Database, contentRoot, endpoint.Option);
        return new(endpoint, contentRoot, SqliteFileLock.Take(file, endpoint.Option, Stop));
    }

    public override string ToString() => name;

    /// <summary>The source must have tables, and no host may run on it.</summary>
    public Task CheckSourceAsync() => UseAsync(async db =>
    {
        var isThere = await HasTablesAsync(db, $"{SchemaOrigins.IsUnreleased}; begin with a new database instead");
        if (!isThere) throw Refusal($"{name} holds no data of Dispatch.");
        await RefuseLivingHostsAsync(db);
    });

    public Task UpdateSourceAsync(ICopyWatcher watcher) => UseAsync(async db =>
    {
        if (!(await db.Database.GetPendingMigrationsAsync()).Any()) return;
        watcher.Say("The source is of an earlier version; its tables are brought up to date first, as a start of this version would.");
        await Providers.ClearStaleMigrationLockAsync(db);
        await db.Database.MigrateAsync();
    });

    /// <summary><see cref="CopyStart"/> refuses rows later, but it would be too late for those of an earlier version.</summary>
    public Task PrepareTargetAsync() => UseAsync(async db =>
    {
        if (await HasTablesAsync(db, SchemaOrigins.UnreleasedAdvice))
        {
            await RefuseLivingHostsAsync(db);
            var isOlder = (await db.Database.GetPendingMigrationsAsync()).Any();
            if (isOlder && await db.Users.AnyAsync())
            {
                throw Refusal(
                    $"{name} is not empty: it holds the accounts of an earlier version of Dispatch. An empty database is wanted.");
            }
        }

        await Providers.ClearStaleMigrationLockAsync(db);
        await db.Database.MigrateAsync();
    });

    public CopyException Refusal(string sentence) => new($"{option}: {sentence}");

    public Task UseAsync(Func<DispatchDbContext, Task> use) => UseAsync(async db =>
    {
        await use(db);
        return true;
    });

    /// <exception cref="CopyException">The database refused, or did not answer.</exception>
    public async Task<T> UseAsync<T>(Func<DispatchDbContext, Task<T>> use)
    {
        try
        {
            await services.GetRequiredService<PostgresPooler>().LookAsync();
            await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();
            return await use(db);
        }
        catch (Exception exception) when (IsOfDatabase(exception))
        {
            var message = (exception as DbException ?? exception.InnerException as DbException ?? exception).Message;
            var advice = DatabaseFaults.IsUnavailable(exception) ? " Give the same command again once it answers." : "";
            throw new CopyException($"{option}: {name} says: {message}{advice}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (fileLock is not null) await fileLock.DisposeAsync();
    }

    // The other database may fail while this one is read. Its exception is a CopyException already.
    private static bool IsOfDatabase(Exception exception) =>
        exception is not (CopyException or OperationCanceledException)
        && (exception is DbException or DbUpdateException || DatabaseFaults.IsUnavailable(exception));

    /// <param name="unreleasedAdvice">What to do about a database from before the first release.</param>
    private async Task<bool> HasTablesAsync(DispatchDbContext db, string unreleasedAdvice) => await SchemaOrigins.ReadAsync(db) switch
    {
        SchemaOrigin.None => false,
        SchemaOrigin.Known => true,
        SchemaOrigin.Unreleased => throw Refusal($"{name} {unreleasedAdvice}."),
        SchemaOrigin.Later => throw Refusal($"{name} was written by a newer version of Dispatch. Use that version's migrate-data."),
    };

    // The file lock has shown already that no host uses a SQLite file.
    private async Task RefuseLivingHostsAsync(DispatchDbContext db)
    {
        if (Provider.ServesOneHost()) return;
        var recent = DateTimeOffset.UtcNow.Subtract(Forgotten).ToUnixTimeMilliseconds();
        var host = await db.Hosts.Where(h => h.LastSeenAt > recent).OrderBy(h => h.Name).Select(h => h.Name).FirstOrDefaultAsync();
        if (host is not null)
        {
            throw Refusal(
                $"the host {host} is running on {name}. {Stop} A host that was killed counts as running for {Forgotten.TotalSeconds:0} s.");
        }
    }
}
