using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Dispatch.Data;

/// <summary>
/// What every SQLite connection needs: WAL, so that readers never wait for the writer; one fsync per commit, so that what was acknowledged
/// survives power loss; and SQLite's own wait for a lock, which looks again every few ms where the driver's sleeps 150 ms.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    // auto_vacuum counts only before the first page is written, so it stands before WAL. Space that deleting frees can then be given back.
    private const string ForWriting = "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

    private const string ForAll = "PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000;";

    // They stay with the handle, and the pool gives the same handles out again and again.
    private readonly ConditionalWeakTable<sqlite3, object> done = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (!IsNew(connection)) return;
        using var command = connection.CreateCommand();
        command.CommandText = TextFor(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (!IsNew(connection)) return;
        await using var command = connection.CreateCommand();
        command.CommandText = TextFor(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // EF asks through a connection that may only read whether there is a database. It could not change what belongs to the file.
    private static string TextFor(DbConnection connection) =>
        new SqliteConnectionStringBuilder(connection.ConnectionString).Mode == SqliteOpenMode.ReadOnly ? ForAll : ForWriting + ForAll;

    private bool IsNew(DbConnection connection) => done.TryAdd(((SqliteConnection)connection).Handle!, this);
}
