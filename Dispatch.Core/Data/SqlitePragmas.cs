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
    private const string ForWriting = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

    // SQLite's own 2 MB of cache: with 16 for each connection a burst of big payloads took 170 MB more, and neither it nor accepting was
    // faster (`bench/run.sh burst accept`). A reader's cache is void as soon as somebody else has written.
    private const string ForAll = "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;";

    // These count only before the first page is written, so before WAL. On a file with pages they would wait for the writer and change
    // nothing. A commit writes whole pages, so with the usual 4,096 bytes a job would write almost three times as much.
    private const string ForEmptyFile = "PRAGMA page_size=1024; PRAGMA auto_vacuum=INCREMENTAL;";

    // The pragmas stay with the handle, and the pool returns the same handles.
    private readonly ConditionalWeakTable<sqlite3, object> done = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (!done.TryAdd(((SqliteConnection)connection).Handle!, this)) return;

        using var command = connection.CreateCommand();
        // EF asks through a connection that may only read whether there is a database. It could not change what belongs to the file.
        if (new SqliteConnectionStringBuilder(connection.ConnectionString).Mode == SqliteOpenMode.ReadOnly)
        {
            command.CommandText = ForAll;
        }
        else
        {
            command.CommandText = "SELECT page_count FROM pragma_page_count;";
            var isEmpty = command.ExecuteScalar() is 0L;
            command.CommandText = (isEmpty ? ForEmptyFile : "") + ForWriting + ForAll;
        }

        command.ExecuteNonQuery();
    }

    // SQLite is in the process: its calls block under their asynchronous names as well.
    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
