using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// A database on a PostgreSQL of the bench's own, with full durability (<c>fsync</c> and <c>synchronous_commit</c> on, as they are by
/// default).
/// </summary>
internal sealed class PostgresStore : IAsyncDisposable
{
    private readonly PostgresServer server;
    private readonly string database;
    private readonly bool isCopy;
    private static int copies;

    private PostgresStore(PostgresServer server, string database, bool isCopy) =>
        (this.server, this.database, this.isCopy) = (server, database, isCopy);

    public int Port => server.Port;

    public string ConnectionString => server.ConnectionString(database);

    /// <summary>As programs outside of .NET write it.</summary>
    public string Url => $"postgres://{new NpgsqlConnectionStringBuilder(ConnectionString).Username}@127.0.0.1:{server.Port}/{database}";

    public static async Task<PostgresStore> StartAsync()
    {
        var server = await PostgresServer.StartAsync("shared_buffers=256MB", "max_wal_size=4GB");
        await server.CreateDatabaseAsync("bench");
        var store = new PostgresStore(server, "bench", isCopy: false);
        await store.NumberAsync("CREATE EXTENSION pg_stat_statements");
        return store;
    }

    /// <summary>A database of the same server that begins with what is in this one.</summary>
    public async Task<PostgresStore> CopyAsync()
    {
        NpgsqlConnection.ClearAllPools();   // nobody may be connected to a template
        var name = $"copy{Interlocked.Increment(ref copies)}";
        await server.CreateDatabaseAsync(name, database);
        return new PostgresStore(server, name, isCopy: true);
    }

    public TimeSpan Cpu() => ProcessTree.Cpu(server.ProcessId);

    public async Task<double> DiskBytesAsync() => await NumberAsync($"SELECT pg_database_size('{database}')");

    public async Task<double> WalBytesAsync() => await NumberAsync("SELECT wal_bytes FROM pg_stat_wal");

    /// <summary>Where the log ends, in bytes since the server's first.</summary>
    public Task<double> WalPositionAsync() => NumberAsync("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')");

    /// <summary>Pages that were written to the log as a whole so far, as their first change after a checkpoint is.</summary>
    public Task<double> FullPageImagesAsync() => NumberAsync("SELECT wal_fpi FROM pg_stat_wal");

    /// <summary>Those of this database, BEGIN and COMMIT included.</summary>
    public Task<double> StatementsAsync() => NumberAsync($"SELECT sum(calls) {Ours}");

    /// <summary>The most frequent ones.</summary>
    public Task<IReadOnlyList<string>> TopStatementsAsync() =>
        TextAsync($"SELECT calls || ' x ' || left(regexp_replace(query, '\\s+', ' ', 'g'), 150) {Ours} ORDER BY calls DESC LIMIT 14");

    public async Task<double> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? Convert.ToDouble(value) : 0;
    }

    public async ValueTask DisposeAsync()
    {
        if (isCopy) await server.DropDatabaseAsync(ConnectionString);
        else await server.DisposeAsync();
    }

    private const string Ours = "FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private async Task<IReadOnlyList<string>> TextAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }
}
