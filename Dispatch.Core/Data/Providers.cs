using System.Globalization;
using Dispatch.Settings;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dispatch.Data;

/// <summary>The setup of each database. Other differences are in <see cref="DatabaseFaults"/>, the contexts and the migrations.</summary>
internal static class Providers
{
    public const string Setting = "Database:ConnectionString";

    public static IServiceCollection AddDispatchDatabase(this IServiceCollection services, DatabaseOptions database, string contentRoot) =>
        database.Provider switch
        {
            DatabaseProvider.Sqlite => services.AddContexts<SqliteDispatchDbContext>(database, (_, options) => options
                // A list of ids is one parameter. Otherwise SQLite looks up each of a thousand parameter names in a list of a thousand, and
                // EF translates the statement again for each number of ids.
                .UseSqlite(
                    ConnectionStrings.ForSqlite(database, contentRoot),
                    sqlite => sqlite.UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
                .AddInterceptors(new SqlitePragmas())),
            DatabaseProvider.Postgres => services.AddContexts<PostgresDispatchDbContext>(database, (provider, options) =>
                options.UseNpgsql(
                    ConnectionStrings.ForPostgres(database, provider.GetRequiredService<PostgresPooler>().IsPresent))),
            DatabaseProvider.SqlServer => services.AddContexts<SqlServerDispatchDbContext>(database, (_, options) =>
                options.UseSqlServer(ConnectionStrings.ForSqlServer(database), ConfigureSqlServer)),
        };

    /// <summary>True if only one host may use the database.</summary>
    public static bool ServesOneHost(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => true,
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => false,
    };

    /// <summary>The shortest time between the beginnings of two batches that callers wait for. More saves statements.</summary>
    public static TimeSpan CallerGap(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => TimeSpan.Zero,
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => TimeSpan.FromMilliseconds(4),
    };

    /// <summary>The shortest time between two batches that only the engine waits for. Less than a claim's lead.</summary>
    public static TimeSpan EngineGap(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => TimeSpan.FromMilliseconds(50),
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => TimeSpan.FromMilliseconds(60),
    };

    /// <summary>From now on, a statement of the transaction that meets a lock gives up after half a second.</summary>
    public static Task LimitLockWaitAsync(this DispatchDbContext db) => db.Provider switch
    {
        DatabaseProvider.Sqlite => Task.CompletedTask,   // it has no row locks
        DatabaseProvider.Postgres => db.Database.ExecuteSqlRawAsync("SET LOCAL lock_timeout = 500"),
        DatabaseProvider.SqlServer => db.Database.ExecuteSqlRawAsync("SET LOCK_TIMEOUT 500"),
    };

    /// <summary>
    /// Locks these projects against deletion, as a foreign key does, and leaves out those that another transaction has locked. Returns the
    /// others.
    /// </summary>
    public static async Task<HashSet<Guid>> LockProjectsAsync(this DispatchDbContext db, Guid[] ids) => db.Provider switch
    {
        DatabaseProvider.Sqlite => [.. ids],   // it has no row locks
        DatabaseProvider.Postgres => await db.Database
            .SqlQuery<Guid>($"""
                SELECT "Id" AS "Value" FROM "Projects" WHERE "Id" = ANY ({ids}) FOR KEY SHARE SKIP LOCKED
                """)
            .ToHashSetAsync(),
        DatabaseProvider.SqlServer => [.. ids],   // the statement gives up after half a second: LimitLockWaitAsync
    };

    /// <summary>False if the process runs without ICU, which SQL Server's driver requires.</summary>
    public static bool HasCultures
    {
        get
        {
            try
            {
                return !CultureInfo.GetCultureInfo("en-US").EnglishName.StartsWith("Invariant", StringComparison.Ordinal);
            }
            catch (CultureNotFoundException)
            {
                return false;
            }
        }
    }

    /// <summary>Identity's model takes the version of its tables from the options. Version 3 has passkeys.</summary>
    public static IServiceCollection AddIdentitySchema(this IServiceCollection services) =>
        services.Configure<IdentityOptions>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3);

    /// <summary>
    /// 150 is SQL Server 2019; EF must use no newer feature, whatever server answers. A list of ids is one JSON parameter, because a plan
    /// for a thousand parameters is large, and SQL Server would compile it again and again.
    /// </summary>
    public static void ConfigureSqlServer(SqlServerDbContextOptionsBuilder sqlServer) =>
        sqlServer.UseCompatibilityLevel(150).UseParameterizedCollectionMode(ParameterTranslationMode.Parameter);

    /// <summary>Creates the missing file, readable by this user alone because it holds the accounts. Returns its full path.</summary>
    /// <param name="setting">The setting or option that names the file, for the message.</param>
    /// <exception cref="StartupException">The folder or the file cannot be created.</exception>
    public static string CreateSqliteFile(DatabaseOptions database, string contentRoot, string setting = Setting)
    {
        var file = ConnectionStrings.SqliteFile(database, contentRoot);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
            };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(file, options).Dispose();
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{setting}: {file} cannot be opened for writing: {exception.Message}");
        }
    }

    /// <summary>A host killed during a migration leaves EF's lock row in SQLite, and each later start would wait for ever.</summary>
    public static Task ClearStaleMigrationLockAsync(DispatchDbContext db) =>
        db.Provider.ServesOneHost() ? db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"") : Task.CompletedTask;

    /// <summary>False if texts must not contain NUL or half of a surrogate pair.</summary>
    public static bool StoresAnyText(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite or DatabaseProvider.SqlServer => true,
        DatabaseProvider.Postgres => false,
    };

    /// <summary>The statement that stops readers from waiting for writers. Null unless EF did not create the SQL Server database.</summary>
    public static async Task<string?> SnapshotReadsFixAsync(DispatchDbContext db)
    {
        if (db.Provider != DatabaseProvider.SqlServer) return null;
        var isOn = await db.Database
            .SqlQueryRaw<bool>("SELECT [is_read_committed_snapshot_on] AS [Value] FROM [sys].[databases] WHERE [database_id] = DB_ID()")
            .SingleAsync();
        if (isOn) return null;
        var name = db.Database.GetDbConnection().Database.Replace("]", "]]");
        return $"ALTER DATABASE [{name}] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE";
    }

    /// <summary>True if SQL Server does not tell how many rows a statement changed. Each claim would count as lost.</summary>
    public static async Task<bool> HidesRowCountsAsync(DispatchDbContext db) => db.Provider == DatabaseProvider.SqlServer
        && await db.Database.SqlQueryRaw<bool>("SELECT CAST(@@OPTIONS & 512 AS bit) AS [Value]").SingleAsync();

    private static IServiceCollection AddContexts<TContext>(
        this IServiceCollection services, DatabaseOptions database, Action<IServiceProvider, DbContextOptionsBuilder> configure)
        where TContext : DispatchDbContext => services
            .AddIdentitySchema()
            .AddSingleton(new PostgresPooler(database))
            .AddPooledDbContextFactory<TContext>((provider, options) =>
            {
                configure(provider, options);
                // The caller logs the failure. EF would add a line for each call while a database is away, and one at each first start.
                options.ConfigureWarnings(events => events.Log(
                    (RelationalEventId.CommandError, LogLevel.Debug),
                    (RelationalEventId.ConnectionError, LogLevel.Debug),
                    (RelationalEventId.TransactionError, LogLevel.Debug),
                    (RelationalEventId.NonQueryOperationFailed, LogLevel.Debug),
                    (RelationalEventId.ExecuteUpdateFailed, LogLevel.Debug),
                    (RelationalEventId.ExecuteDeleteFailed, LogLevel.Debug),
                    (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                    (CoreEventId.SaveChangesFailed, LogLevel.Debug)));
            })
            .AddSingleton<IDbContextFactory<DispatchDbContext>, ContextFactory<TContext>>()
            .AddScoped<DispatchDbContext>(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());

    // EF reads the connection string when it makes its own factory. That is at the first context, because only then the pooler is known.
    private sealed class ContextFactory<TContext>(IServiceProvider services) : IDbContextFactory<DispatchDbContext>
        where TContext : DispatchDbContext
    {
        private readonly Lazy<IDbContextFactory<TContext>> factory = new(services.GetRequiredService<IDbContextFactory<TContext>>);

        public DispatchDbContext CreateDbContext() => factory.Value.CreateDbContext();
    }
}
