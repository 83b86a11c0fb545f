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
            DatabaseProvider.Sqlite => services.AddContexts<SqliteDispatchDbContext>(options => options
                // A list of ids is one parameter. Otherwise SQLite looks up each of a thousand parameter names in a list of a thousand, and
                // EF translates the statement again for each number of ids.
                .UseSqlite(
                    ConnectionStrings.ForSqlite(database, contentRoot),
                    sqlite => sqlite.UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
                .AddInterceptors(new SqlitePragmas())),
            DatabaseProvider.Postgres => services.AddContexts<PostgresDispatchDbContext>(options =>
                options.UseNpgsql(ConnectionStrings.ForPostgres(database))),
            DatabaseProvider.SqlServer => services.AddContexts<SqlServerDispatchDbContext>(options =>
                options.UseSqlServer(ConnectionStrings.ForSqlServer(database), ConfigureSqlServer)),
        };

    /// <summary>True if only one host may use the database.</summary>
    public static bool ServesOneHost(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => true,
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => false,
    };

    /// <summary>The longest wait of a batch for more writes. Less than a claim's lead, so that claims are not late.</summary>
    public static TimeSpan MaxBatchDelay(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => TimeSpan.FromMilliseconds(10),   // no round trips, but each transaction costs processor time
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => TimeSpan.FromMilliseconds(60),
    };

    /// <summary>A batch with this many waiting callers starts. A higher number saves statements but accepts fewer jobs a second.</summary>
    public static int MinBatchCallers(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => 1,
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => 32,
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

    /// <summary>150 is SQL Server 2019; EF must use no newer feature, whatever server answers.</summary>
    public static void ConfigureSqlServer(SqlServerDbContextOptionsBuilder sqlServer) => sqlServer.UseCompatibilityLevel(150);

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

    private static IServiceCollection AddContexts<TContext>(this IServiceCollection services, Action<DbContextOptionsBuilder> configure)
        where TContext : DispatchDbContext => services
            .AddIdentitySchema()
            .AddPooledDbContextFactory<TContext>(options =>
            {
                configure(options);
                // The caller logs the failure. EF would add a line for each call while a database is away, and one at each first start.
                options.ConfigureWarnings(events => events.Log(
                    (RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug)));
            })
            .AddSingleton<IDbContextFactory<DispatchDbContext>, ContextFactory<TContext>>()
            .AddScoped<DispatchDbContext>(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());

    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> factory) : IDbContextFactory<DispatchDbContext>
        where TContext : DispatchDbContext
    {
        public DispatchDbContext CreateDbContext() => factory.CreateDbContext();
    }
}
