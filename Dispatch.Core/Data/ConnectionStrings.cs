using System.Data.Common;
using Dispatch.Settings;
using Dispatch.Time;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Dispatch.Data;

/// <summary>Reads the operator's connection string: what is wrong with it, what a person calls it, and what each driver gets.</summary>
internal static class ConnectionStrings
{
    private const int CommandTimeout = 15;   // s

    private const int ConnectTimeout = 5;   // s

    /// <summary>How long a statement of the writer waits for a lock, ms.</summary>
    public const string LockWait = "400";

    /// <summary>
    /// PostgreSQL's settings for the writer's statements. To plan an insert at each call would take twice as long as to carry it out.
    /// </summary>
    public static readonly IReadOnlyList<(string Name, string Value)> WriterSettings =
        [("lock_timeout", LockWait), ("enable_seqscan", "off"), ("plan_cache_mode", "force_generic_plan")];

    /// <summary>PostgreSQL ends a transaction that is idle for this long, ms.</summary>
    public static int IdleLimit => (int)Timing.IdleTransactionTimeout.TotalMilliseconds;

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

    public static string ForSqlite(DatabaseOptions database, string contentRoot) =>
        new SqliteConnectionStringBuilder(database.ConnectionString) { DataSource = SqliteFile(database, contentRoot) }.ToString();

    /// <param name="isPooled">See <see cref="PostgresPooler"/>. What follows from it, the operator may choose himself as well.</param>
    public static string ForPostgres(DatabaseOptions database, bool isPooled)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        Default(connection, "No Reset On Close", true);   // sessions are never changed, and a reset would be seven statements each time
        Default(connection, "Timeout", ConnectTimeout);
        Default(connection, "Command Timeout", CommandTimeout);
        Default(connection, "Application Name", "dispatch");
        // Of several hosts in the string, one that was promoted is found in a second instead of ten.
        Default(connection, "Host Recheck Seconds", 1);
        if (isPooled)
        {
            // A pooler that gives each connection a session of its own has 20 of them, if nobody chose another number.
            Default(connection, "Maximum Pool Size", 16);
            return connection.ToString();
        }

        Default(connection, "Max Auto Prepare", 64);   // the server parses and plans the engine's few statements only once
        // Otherwise a host that takes over a silent host's jobs would wait for the locks of the silent host's open transaction.
        Default(connection, "Options", $"-c idle_in_transaction_session_timeout={IdleLimit}");
        return connection.ToString();
    }

    /// <summary>
    /// The writer's connection. A statement that meets a lock gives up early. The writer finds its rows by their ids, but with old
    /// statistics PostgreSQL would read all jobs instead.
    /// </summary>
    /// <param name="connectionString">The result of <see cref="ForPostgres"/>. Without options a pooler is in between.</param>
    public static string ForPostgresWriter(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        if (connection.Options is { Length: > 0 } options)
        {
            connection.Options = $"{options} {string.Join(' ', WriterSettings.Select(setting => $"-c {setting.Name}={setting.Value}"))}";
        }

        return connection.ToString();
    }

    public static string ForSqlServer(DatabaseOptions database)
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
    public static string ForHangfire(DatabaseOptions database)
    {
        var connection = new SqlConnectionStringBuilder(ForSqlServer(database));
        connection.ApplicationName += " hangfire";   // each connection string has its own pool
        return connection.ToString();
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

    private static string Describe(NpgsqlConnectionStringBuilder postgres) =>
        $"the PostgreSQL database {postgres.Database} at {postgres.Host}:{postgres.Port}";

    private static string Describe(SqlConnectionStringBuilder sqlServer) =>
        $"the SQL Server database {sqlServer.InitialCatalog} at {sqlServer.DataSource}";

    private static void Default(DbConnectionStringBuilder connection, string key, object value)
    {
        if (!connection.ShouldSerialize(key)) connection[key] = value;   // the operator's value wins
    }
}
