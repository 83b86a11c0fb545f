using System.Data.Common;
using System.Globalization;
using Dispatch.Settings;
using Dispatch.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dispatch.Data;

/// <summary>The setup of each database. Other differences are in <see cref="DatabaseFaults"/>, the contexts and the migrations.</summary>
internal static class Providers
{
    private const int CommandTimeout = 15;   // s

    private const int ConnectTimeout = 5;   // s

    public const string Setting = "Database:ConnectionString";

    public static IServiceCollection AddDispatchDatabase(this IServiceCollection services, DatabaseOptions database, string contentRoot) =>
        database.Provider switch
        {
            DatabaseProvider.Sqlite => services.AddContexts<SqliteDispatchDbContext>(options => options
                // A list of ids is one parameter. Otherwise SQLite looks up each of a thousand parameter names in a list of a thousand, and
                // EF translates the statement again for each number of ids.
                .UseSqlite(
                    SqliteConnectionString(database, contentRoot),
                    sqlite => sqlite.UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
                .AddInterceptors(new SqlitePragmas())),
            DatabaseProvider.Postgres => services.AddContexts<PostgresDispatchDbContext>(options =>
                options.UseNpgsql(PostgresConnectionString(database))),
            DatabaseProvider.SqlServer => services.AddContexts<SqlServerDispatchDbContext>(options =>
                options.UseSqlServer(SqlServerConnectionString(database), ConfigureSqlServer)),
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
        var file = SqliteFile(database, contentRoot);
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

    /// <summary>The visible fault of the connection string, for the operator; null if there is none.</summary>
    public static string? WhyUnusable(DatabaseOptions database)
    {
        var example = database.Provider switch
        {
            DatabaseProvider.Sqlite => "Data Source=data/dispatch.db",
            DatabaseProvider.Postgres => "Host=db.example.com;Database=dispatch;Username=dispatch;Password=…",
            DatabaseProvider.SqlServer => "Server=db.example.com;Database=dispatch;User Id=dispatch;Password=…",
        };
        try
        {
            return WhatIsMissing(database) is { } missing ? $"has no {missing}; such as {example} is wanted" : null;
        }
        catch (Exception exception)
            when (exception is ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            // The driver's message quotes the unknown keyword. If a password has a semicolon, that is the rest of the password.
            var hasPassword = database.ConnectionString.Contains("pass", StringComparison.OrdinalIgnoreCase)
                || database.ConnectionString.Contains("pwd", StringComparison.OrdinalIgnoreCase);
            var why = hasPassword ? "a keyword is unknown, or a value with a semicolon lacks its quotation marks" : exception.Message;
            return $"cannot be read for {database.Provider} ({why}); such as {example} is wanted";
        }
    }

    /// <summary>A host killed during a migration leaves EF's lock row in SQLite, and each later start would wait for ever.</summary>
    public static Task ClearStaleMigrationLockAsync(DispatchDbContext db) =>
        db.Provider.ServesOneHost() ? db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"") : Task.CompletedTask;

    public static string SqliteFile(DatabaseOptions database, string contentRoot) =>
        Path.GetFullPath(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource, contentRoot);

    /// <summary>The database's name for messages, without its password.</summary>
    public static string Describe(DatabaseOptions database, string contentRoot) => database.Provider switch
    {
        DatabaseProvider.Sqlite => $"the SQLite file {SqliteFile(database, contentRoot)}",
        DatabaseProvider.Postgres => Describe(new NpgsqlConnectionStringBuilder(database.ConnectionString)),
        DatabaseProvider.SqlServer => Describe(new SqlConnectionStringBuilder(database.ConnectionString)),
    };

    /// <summary>The same database with a longer command timeout, for statements over all of its rows.</summary>
    public static DatabaseOptions WithCommandTimeout(this DatabaseOptions database, TimeSpan patience) => new()
    {
        Provider = database.Provider,
        ConnectionString = database.Provider switch
        {
            DatabaseProvider.Sqlite => database.ConnectionString,   // it has no server that could time out
            DatabaseProvider.Postgres => new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                CommandTimeout = (int)patience.TotalSeconds,
            }.ToString(),
            DatabaseProvider.SqlServer => new SqlConnectionStringBuilder(database.ConnectionString)
            {
                CommandTimeout = (int)patience.TotalSeconds,
            }.ToString(),
        },
    };

    /// <summary>False if texts must not contain NUL or half of a surrogate pair.</summary>
    public static bool StoresAnyText(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite or DatabaseProvider.SqlServer => true,
        DatabaseProvider.Postgres => false,
    };

    private static string Describe(NpgsqlConnectionStringBuilder postgres) =>
        $"the PostgreSQL database {postgres.Database} at {postgres.Host}:{postgres.Port}";

    private static string Describe(SqlConnectionStringBuilder sqlServer) =>
        $"the SQL Server database {sqlServer.InitialCatalog} at {sqlServer.DataSource}";

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

    private static string? WhatIsMissing(DatabaseOptions database) => database.Provider switch
    {
        DatabaseProvider.Sqlite => new SqliteConnectionStringBuilder(database.ConnectionString).DataSource is "" or ":memory:"
            ? "file as its Data Source"
            : null,
        DatabaseProvider.Postgres => new NpgsqlConnectionStringBuilder(database.ConnectionString) switch
        {
            { Host: null or "" } => "Host",
            { Database: null or "" } => "Database",
            _ => null,
        },
        DatabaseProvider.SqlServer => new SqlConnectionStringBuilder(database.ConnectionString) switch
        {
            { DataSource: "" } => "Server",
            { InitialCatalog: "" } => "Database",
            _ => null,
        },
    };

    private static string SqliteConnectionString(DatabaseOptions database, string contentRoot) =>
        new SqliteConnectionStringBuilder(database.ConnectionString) { DataSource = SqliteFile(database, contentRoot) }.ToString();

    private static string PostgresConnectionString(DatabaseOptions database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        Default(connection, "Max Auto Prepare", 64);   // the server parses and plans the engine's few statements only once
        Default(connection, "No Reset On Close", true);   // sessions are never changed, and a reset would be seven statements each time
        Default(connection, "Timeout", ConnectTimeout);
        Default(connection, "Command Timeout", CommandTimeout);
        Default(connection, "Application Name", "dispatch");
        // Otherwise a host that takes over a silent host's jobs would wait for the locks of the silent host's open transaction.
        Default(connection, "Options", $"-c idle_in_transaction_session_timeout={(int)Timing.IdleTransactionTimeout.TotalMilliseconds}");
        return connection.ToString();
    }

    private static string SqlServerConnectionString(DatabaseOptions database)
    {
        var connection = new SqlConnectionStringBuilder(database.ConnectionString);
        Default(connection, "Connect Timeout", ConnectTimeout);
        Default(connection, "Command Timeout", CommandTimeout);
        Default(connection, "Application Name", "dispatch");
        // Otherwise the pool refuses to connect for up to a minute after an outage.
        Default(connection, "Pool Blocking Period", PoolBlockingPeriod.NeverBlock);
        return connection.ToString();
    }

    /// <summary>Hangfire has its own connection pool; otherwise the engine's writer would wait for its connections.</summary>
    public static string HangfireConnectionString(DatabaseOptions database)
    {
        var connection = new SqlConnectionStringBuilder(SqlServerConnectionString(database));
        connection.ApplicationName += " hangfire";   // each connection string has its own pool
        return connection.ToString();
    }

    private static void Default(DbConnectionStringBuilder connection, string key, object value)
    {
        if (!connection.ShouldSerialize(key)) connection[key] = value;   // the operator's value wins
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
