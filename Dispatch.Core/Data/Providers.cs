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

/// <summary>How each database is set up. With <see cref="DatabaseFaults"/>, the contexts and the migrations, all that differs between them.</summary>
internal static class Providers
{
    /// <summary>How long a statement may take before the database counts as gone, s.</summary>
    private const int CommandTimeout = 15;

    /// <summary>How long connecting may take, s.</summary>
    private const int ConnectTimeout = 5;

    /// <summary>The setting that names the database, for messages.</summary>
    public const string Setting = "Database:ConnectionString";

    /// <summary>Registers the contexts of the chosen database: a factory for the engine, a scoped one for a request.</summary>
    public static IServiceCollection AddDispatchDatabase(this IServiceCollection services, DatabaseOptions database, string contentRoot) => database.Provider switch
    {
        DatabaseProvider.Sqlite => services.AddContexts<SqliteDispatchDbContext>(options => options
            // A list of ids is one parameter: SQLite looks each of a thousand names up in a list of a thousand, and EF would write the statement anew for every number of them.
            .UseSqlite(SqliteConnectionString(database, contentRoot), sqlite => sqlite.UseParameterizedCollectionMode(ParameterTranslationMode.Parameter))
            .AddInterceptors(new SqlitePragmas())),
        DatabaseProvider.Postgres => services.AddContexts<PostgresDispatchDbContext>(options => options.UseNpgsql(PostgresConnectionString(database))),
        DatabaseProvider.SqlServer => services.AddContexts<SqlServerDispatchDbContext>(options => options.UseSqlServer(SqlServerConnectionString(database), AboutSqlServer)),
    };

    /// <summary>True where only one host may use the database.</summary>
    public static bool ServesOneHost(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => true,
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => false,
    };

    /// <summary>How long a batch of writes waits for company at most. Less than a claim is made ahead.</summary>
    public static TimeSpan Gathering(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => TimeSpan.FromMilliseconds(10),   // a statement is no journey, but a transaction has its price: 1.4 ms of processor time, however little is in it
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => TimeSpan.FromMilliseconds(60),
    };

    /// <summary>
    /// With so many callers a batch waits for no more of them. On a server 32: <c>POST /jobs</c> from 64 connections takes 10,400 a second, 6,900 where it waited for all who kept coming, and
    /// 11,800 with 12 (<c>bench/run.sh accept</c>), which makes a fifth to a third more statements a job in <c>steady</c>. 32 makes none more there, and more where 1,000 a second come
    /// one by one: 0.31 a job, 0.19 where it waited for all (<c>bench/run.sh hosts</c>).
    /// </summary>
    public static int EnoughCallers(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => 1,
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer => 32,
    };

    /// <summary>False where the process runs without ICU, which SQL Server's driver refuses.</summary>
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

    /// <summary>The version of Identity's tables, which its model takes from the options. 3 has passkeys; choosing it now spares accounts a migration.</summary>
    public static IServiceCollection AddIdentitySchema(this IServiceCollection services) =>
        services.Configure<IdentityOptions>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3);

    /// <summary>Only what SQL Server 2019 has, whatever version answers.</summary>
    public static void AboutSqlServer(SqlServerDbContextOptionsBuilder sqlServer) => sqlServer.UseCompatibilityLevel(150);

    /// <summary>The file's full path, the file and its folder made where they are missing, readable by this user alone: it holds the accounts.</summary>
    /// <param name="setting">What named the file, for the message.</param>
    /// <exception cref="StartupException">The folder or the file cannot be made.</exception>
    public static string CreateSqliteFile(DatabaseOptions database, string contentRoot, string setting = Setting)
    {
        var file = SqliteFile(database, contentRoot);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(file, options).Dispose();
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{setting}: {file} cannot be opened for writing: {exception.Message}");
        }
    }

    /// <summary>What is wrong with the connection string on its face; null where nothing is.</summary>
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
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            // The driver names what it does not know. Where a password has a semicolon, that is the rest of it.
            var hasPassword = database.ConnectionString.Contains("pass", StringComparison.OrdinalIgnoreCase) || database.ConnectionString.Contains("pwd", StringComparison.OrdinalIgnoreCase);
            var why = hasPassword ? "a keyword is unknown, or a value with a semicolon lacks its quotation marks" : exception.Message;
            return $"cannot be read for {database.Provider} ({why}); such as {example} is wanted";
        }
    }

    /// <summary>A host killed in the middle of a migration leaves EF's lock row in SQLite, and every later start would wait for it for ever. Elsewhere the server ends the lock.</summary>
    public static Task ClearStaleMigrationLockAsync(DispatchDbContext db) =>
        db.Provider.ServesOneHost() ? db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"") : Task.CompletedTask;

    /// <summary>The full path of a SQLite database.</summary>
    public static string SqliteFile(DatabaseOptions database, string contentRoot) =>
        Path.GetFullPath(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource, contentRoot);

    /// <summary>What a person calls the database; never its password.</summary>
    public static string Describe(DatabaseOptions database, string contentRoot) => database.Provider switch
    {
        DatabaseProvider.Sqlite => $"the SQLite file {SqliteFile(database, contentRoot)}",
        DatabaseProvider.Postgres => Describe(new NpgsqlConnectionStringBuilder(database.ConnectionString)),
        DatabaseProvider.SqlServer => Describe(new SqlConnectionStringBuilder(database.ConnectionString)),
    };

    /// <summary>The same database for statements over all of its rows, which take as long as they take.</summary>
    public static DatabaseOptions WithPatience(this DatabaseOptions database, TimeSpan patience) => new()
    {
        Provider = database.Provider,
        ConnectionString = database.Provider switch
        {
            DatabaseProvider.Sqlite => database.ConnectionString,   // in the process: there is nobody to wait for
            DatabaseProvider.Postgres => new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = (int)patience.TotalSeconds }.ToString(),
            DatabaseProvider.SqlServer => new SqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = (int)patience.TotalSeconds }.ToString(),
        },
    };

    /// <summary>False where text must not hold NUL, nor half of a surrogate pair.</summary>
    public static bool TakesAnyText(this DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite or DatabaseProvider.SqlServer => true,
        DatabaseProvider.Postgres => false,
    };

    private static string Describe(NpgsqlConnectionStringBuilder postgres) => $"the PostgreSQL database {postgres.Database} at {postgres.Host}:{postgres.Port}";

    private static string Describe(SqlConnectionStringBuilder sqlServer) => $"the SQL Server database {sqlServer.InitialCatalog} at {sqlServer.DataSource}";

    /// <summary>
    /// The statement that makes reading the last committed rows the rule, where it is not: a reader would wait for whoever is writing then. Only on SQL
    /// Server, and there only in a database that EF did not make itself.
    /// </summary>
    public static async Task<string?> HowToReadWithoutWaitingAsync(DispatchDbContext db)
    {
        if (db.Provider != DatabaseProvider.SqlServer) return null;
        var isOn = await db.Database.SqlQueryRaw<bool>("SELECT [is_read_committed_snapshot_on] AS [Value] FROM [sys].[databases] WHERE [database_id] = DB_ID()").SingleAsync();
        return isOn ? null : $"ALTER DATABASE [{db.Database.GetDbConnection().Database.Replace("]", "]]")}] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE";
    }

    private static string? WhatIsMissing(DatabaseOptions database) => database.Provider switch
    {
        DatabaseProvider.Sqlite => new SqliteConnectionStringBuilder(database.ConnectionString).DataSource is "" or ":memory:" ? "file as its Data Source" : null,
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

    // The engine repeats a few statements for ever: prepared, they need not be parsed and planned each time.
    private static string PostgresConnectionString(DatabaseOptions database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        Default(connection, "Max Auto Prepare", 64);
        Default(connection, "No Reset On Close", true);   // no session is left changed, and cleaning it would be seven statements each time
        Default(connection, "Timeout", ConnectTimeout);
        Default(connection, "Command Timeout", CommandTimeout);
        Default(connection, "Application Name", "dispatch");
        // Whoever takes a silent host's jobs over would wait for the rows that its unfinished transaction has locked, with all its own writes behind.
        Default(connection, "Options", $"-c idle_in_transaction_session_timeout={(int)Timing.TransactionHeld.TotalMilliseconds}");
        return connection.ToString();
    }

    private static string SqlServerConnectionString(DatabaseOptions database)
    {
        var connection = new SqlConnectionStringBuilder(database.ConnectionString);
        Default(connection, "Connect Timeout", ConnectTimeout);
        Default(connection, "Command Timeout", CommandTimeout);
        Default(connection, "Application Name", "dispatch");
        Default(connection, "Pool Blocking Period", PoolBlockingPeriod.NeverBlock);   // else, after an outage, the pool refuses to try for up to a minute
        return connection.ToString();
    }

    /// <summary>For Hangfire, which has connections of its own: it blocks a thread for each, and the engine's writer must not wait until one is free.</summary>
    public static string HangfireConnectionString(DatabaseOptions database)
    {
        var connection = new SqlConnectionStringBuilder(SqlServerConnectionString(database));
        connection.ApplicationName += " hangfire";   // another text, another pool
        return connection.ToString();
    }

    private static void Default(DbConnectionStringBuilder connection, string key, object value)
    {
        if (!connection.ShouldSerialize(key)) connection[key] = value;   // what the operator wrote stands
    }

    private static IServiceCollection AddContexts<TContext>(this IServiceCollection services, Action<DbContextOptionsBuilder> configure)
        where TContext : DispatchDbContext => services
            .AddIdentitySchema()
            .AddPooledDbContextFactory<TContext>(options =>
            {
                configure(options);
                // Who called says what failed. EF would add a line with the statement for each call while a database is away, and one at every first start.
                options.ConfigureWarnings(events => events.Log((RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug)));
            })
            .AddSingleton<IDbContextFactory<DispatchDbContext>, ContextFactory<TContext>>()
            .AddScoped<DispatchDbContext>(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());

    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> factory) : IDbContextFactory<DispatchDbContext>
        where TContext : DispatchDbContext
    {
        public DispatchDbContext CreateDbContext() => factory.CreateDbContext();
    }
}
