using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Dispatch.Data;

/// <summary>
/// Sets up each SQLite connection: WAL, so that readers never wait for the writer; one fsync per commit, so that acknowledged writes
/// survive a power loss; and SQLite's own wait for a lock, which tries again every few ms, because the driver's sleeps 150 ms.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // auto_vacuum must be set before the first page is written, and WAL writes it. It lets the file shrink after deletions.
    private const string ForWriting = "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

    private const string ForAll = "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;";

    // The pragmas stay with the handle, which the pool reuses.
    private readonly ConditionalWeakTable<sqlite3, object> done = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (!IsNew(connection)) return;
        using var command = connection.CreateCommand();
        command.CommandText = TextFor(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (!IsNew(connection)) return;
        await using var command = connection.CreateCommand();
        command.CommandText = TextFor(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // EF checks with a read-only connection whether the database exists. Such a connection cannot change settings of the file.
    private static string TextFor(DbConnection connection) =>
        new SqliteConnectionStringBuilder(connection.ConnectionString).Mode == SqliteOpenMode.ReadOnly ? ForAll : ForWriting + ForAll;

    private bool IsNew(DbConnection connection) => done.TryAdd(((SqliteConnection)connection).Handle!, this);
}
