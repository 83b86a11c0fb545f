using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
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
        PostgresException { SqlState: { } state } => IsUnavailable(state) || IsConflict(exception),
        NpgsqlException => true,   // not from the server: the connection broke, could not be made, or timed out
        SqlException sql => sql.Class >= OutOfResources
            || sql.Errors.Cast<SqlError>().Any(error => IsUnavailable(error.Number))
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

    public static bool IsUniqueViolation(Exception exception) => exception switch
    {
        SqliteException { SqliteExtendedErrorCode: 1555 or 2067 } => true,   // CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
        SqlException sql => sql.Errors.Cast<SqlError>().Any(error => error.Number is 2601 or 2627),   // unique index, unique constraint
        { InnerException: { } inner } => IsUniqueViolation(inner),
        _ => false,
    };

    // Classes of PostgreSQL's appendix A: 08 connection, 53 out of disk, memory or connections, 57P stopped or starting, 58 system error.
    // Also a standby, which refuses to write until it is promoted, and a transaction that this host was too slow to end.
    private static bool IsUnavailable(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState.StartsWith("58", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled
            or "25P03";   // idle_in_transaction_session_timeout

    // -2 time-out; -1, 2, 53, 64, 121, 233, 258, 10053 to 11001 connection; 1105, 9002 full; 3906 read-only; 4060, 18456 starting or
    // failing over; the others are from Azure SQL's list of transient faults.
    private static bool IsUnavailable(int number) => number
        is -2 or -1 or 2 or 20 or 53 or 64 or 121 or 233 or 258 or 10053 or 10054 or 10060 or 10061 or 11001
        or 1105 or 1222 or 3906 or 4060 or 6005 or 9002 or 18456
        or 4221 or 10928 or 10929 or 40143 or 40197 or 40501 or 40540 or 40613 or 49918 or 49919 or 49920;
}
