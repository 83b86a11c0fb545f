using System.Data.Common;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Data.Copying;

/// <summary>A database as the operator named it.</summary>
/// <param name="Option">Where, for messages.</param>
internal sealed record CopyEndpoint(string Option, DatabaseOptions Database);

/// <summary>One of the two databases of a move, kept from hosts.</summary>
internal sealed class CopyDatabase : IAsyncDisposable
{
    private const string Stop = "Stop it first: nobody may write while the rows are moved.";

    /// <summary>How long a host that went without signing out counts as running.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(30);

    /// <summary>Counting a big table or making an index over it may take this long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly string option;
    private readonly string name;
    private readonly FileStream? fileLock;
    private readonly ServiceProvider services;

    private CopyDatabase(CopyEndpoint end, string contentRoot, FileStream? fileLock)
    {
        this.fileLock = fileLock;
        option = end.Option;
        name = Providers.Describe(end.Database, contentRoot);
        Provider = end.Database.Provider;
        services = new ServiceCollection().AddDispatchDatabase(end.Database.WithPatience(Patience), contentRoot).BuildServiceProvider();
    }

    public DatabaseProvider Provider { get; }

    /// <summary>Takes the source for this process.</summary>
    public static CopyDatabase OfSource(CopyEndpoint end, string contentRoot)
    {
        if (end.Database.Provider != DatabaseProvider.Sqlite) return new(end, contentRoot, null);
        var file = Providers.SqliteFile(end.Database, contentRoot);
        return File.Exists(file)
            ? new(end, contentRoot, SqliteFileLock.Take(file, end.Option, Stop))
            : throw new CopyException($"{end.Option}: there is no file {file}.");
    }

    /// <summary>Takes the target for this process; a SQLite file is made where it is missing.</summary>
    public static CopyDatabase OfTarget(CopyEndpoint end, string contentRoot) => new(end, contentRoot, end.Database.Provider == DatabaseProvider.Sqlite
        ? SqliteFileLock.Take(Providers.CreateSqliteFile(end.Database, contentRoot, end.Option), end.Option, Stop)
        : null);

    public override string ToString() => name;

    /// <summary>The source must be there, and no host may run on it.</summary>
    public Task CheckSourceAsync() => UseAsync(async db =>
    {
        if (!await IsThereAsync(db)) throw Refusal($"{name} holds no data of Dispatch.");
        await RefuseLivingHostsAsync(db);
    });

    /// <summary>Brings the source's tables up to date.</summary>
    public Task UpdateSourceAsync(ICopyWatcher watcher) => UseAsync(async db =>
    {
        if (!(await db.Database.GetPendingMigrationsAsync()).Any()) return;
        watcher.Say("The source is of an earlier version; its tables are brought up to date first, as a start of this version would.");
        await Providers.ClearStaleMigrationLockAsync(db);
        await db.Database.MigrateAsync();
    });

    /// <summary>Makes the target's tables. Whether they are empty is asked afterwards, save where asking then would be too late.</summary>
    public Task PrepareTargetAsync() => UseAsync(async db =>
    {
        if (await IsThereAsync(db))
        {
            await RefuseLivingHostsAsync(db);
            var isOlder = (await db.Database.GetPendingMigrationsAsync()).Any();
            if (isOlder && await db.Users.AnyAsync()) throw Refusal($"{name} is not empty: it holds the accounts of an earlier version of Dispatch. An empty database is wanted.");
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

    /// <summary>Carries something out on a context of its own.</summary>
    /// <exception cref="CopyException">The database refused, or did not answer.</exception>
    public async Task<T> UseAsync<T>(Func<DispatchDbContext, Task<T>> use)
    {
        try
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();
            return await use(db);
        }
        catch (Exception exception) when (IsOfDatabase(exception))
        {
            var said = (exception as DbException ?? exception.InnerException as DbException ?? exception).Message;
            throw new CopyException($"{option}: {name} says: {said}{(DatabaseFaults.IsUnavailable(exception) ? " Give the same command again once it answers." : "")}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (fileLock is not null) await fileLock.DisposeAsync();
    }

    // What the other side said, while this one was being read, has been put into words already.
    private static bool IsOfDatabase(Exception exception) =>
        exception is not (CopyException or OperationCanceledException) && (exception is DbException or DbUpdateException || DatabaseFaults.IsUnavailable(exception));

    private async Task<bool> IsThereAsync(DispatchDbContext db)
    {
        if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync()) return false;
        return await SchemaOrigins.ReadAsync(db) switch
        {
            SchemaOrigin.Known => (await db.Database.GetAppliedMigrationsAsync()).Any(),
            SchemaOrigin.Unreleased => throw Refusal($"{name} {SchemaOrigins.UnreleasedAdvice}."),
            SchemaOrigin.Later => throw Refusal($"{name} was written by a newer version of Dispatch. Use that version's migrate-data."),
        };
    }

    // Of a SQLite file, the lock has shown that there is none.
    private async Task RefuseLivingHostsAsync(DispatchDbContext db)
    {
        if (Provider.ServesOneHost()) return;
        var recent = DateTimeOffset.UtcNow.Subtract(Forgotten).ToUnixTimeMilliseconds();
        if (await db.Hosts.Where(h => h.LastSeenAt > recent).OrderBy(h => h.Name).Select(h => h.Name).FirstOrDefaultAsync() is { } host)
        {
            throw Refusal($"the host {host} is running on {name}. {Stop} A host that was killed counts as running for {Forgotten.TotalSeconds:0} s.");
        }
    }
}
