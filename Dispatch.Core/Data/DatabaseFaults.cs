using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.SqlServer.Storage.Internal;
using Npgsql;

namespace Dispatch.Data;

internal static class DatabaseFaults
{
    /// <summary>
    /// From this severity on, an error of SQL Server is not the statement's fault: 17 means out of memory or disk, 20 and more that the
    /// connection is gone. The severity counts because the driver has no error number then on Linux.
    /// </summary>
    private const byte OutOfResources = 17;

    /// <summary>True if a later try can succeed: the database is locked, full, unreadable, restarting or gone.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 13 or 14 } => true,   // BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN
        PostgresException postgres => postgres.IsTransient || IsUnavailable(postgres.SqlState) || IsConflict(exception),
        NpgsqlException => true,   // not from the server: the connection broke, could not be made, or timed out
        SqlException sql => sql.Class >= OutOfResources
            || IsTransient(sql)
            || IsConflict(exception),
        InvalidOperationException { Source: "Microsoft.Data.SqlClient", InnerException: null } pool
            when pool.Message.StartsWith("Timeout expired", StringComparison.Ordinal) => true,
        DbException { IsTransient: true } => true,
        { InnerException: { } inner } => IsUnavailable(inner),
        _ => false,
    };

    /// <summary>True if another transaction was in the way and this one was rolled back. It can be repeated at once.</summary>
    public static bool IsConflict(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } => true,
        SqlException sql => sql.Errors.Cast<SqlError>().Any(error => error.Number is 1205 or 3960),   // deadlock victim, snapshot conflict
        { InnerException: { } inner } => IsConflict(inner),
        _ => false,
    };

    /// <summary>True if the database itself said no, so that the transaction is rolled back. False: it may have been committed.</summary>
    public static bool IsAnswered(Exception exception) => exception switch
    {
        // A server that is stopped may have committed, but says no more than that it stops; likewise a pooler that lost its server.
        PostgresException postgres => !postgres.SqlState.StartsWith("57P", StringComparison.Ordinal)
            && !postgres.SqlState.StartsWith("08", StringComparison.Ordinal),
        SqliteException => true,
        SqlException sql => sql.Number != -2 && sql.Class is > 0 and < 20,   // -2: no answer in time; 20 and more: the connection is gone
        { InnerException: DbException inner } when exception is not DbException => IsAnswered(inner),
        _ => false,   // the connection broke before the answer came, or we failed to read it
    };

    /// <summary>True if the statement took longer than its command timeout.</summary>
    public static bool IsTimeout(Exception exception) => exception
        is NpgsqlException { InnerException: TimeoutException } or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }
        or SqlException { Number: -2 };

    public static bool IsUniqueViolation(Exception exception) => exception switch
    {
        SqliteException { SqliteExtendedErrorCode: 1555 or 2067 } => true,   // CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
        SqlException sql => sql.Errors.Cast<SqlError>().Any(error => error.Number is 2601 or 2627),   // unique index, unique constraint
        { InnerException: { } inner } => IsUniqueViolation(inner),
        _ => false,
    };

    // The driver knows some. Beside them, classes of PostgreSQL's appendix A: 08 connection, 53 out of disk, memory or connections,
    // 57P stopped or starting, 58 system error.
    // Also a standby, which refuses to write until it is promoted, and a transaction that this host was too slow to end.
    private static bool IsUnavailable(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState.StartsWith("58", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled
            or "25P03";   // idle_in_transaction_session_timeout

    // EF has the list of Azure's and SQL Server's transient errors that Microsoft keeps. It has no public form.
#pragma warning disable EF1001
    private static bool IsTransient(SqlException exception) =>
        SqlServerTransientExceptionDetector.ShouldRetryOn(exception)
        || exception.Errors.Cast<SqlError>().Any(error => SqlServerErrors.IsNotNow(error.Number));
#pragma warning restore EF1001
}
