using System.Data.Common;
using System.Diagnostics;
using Dispatch.Bench.Contestants;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Dispatch.Bench.Rows;

/// <summary>
/// What a commit of the database alone takes: one row as wide as a job, over one connection, with full durability. 50 a second for 4 s,
/// because a disk that is busy all the time answers faster than one that is asked now and then.
/// </summary>
internal static class Commits
{
    private const int Rate = 50;
    private const int WarmUp = 25;
    private const int Count = 200;
    private static readonly string Payload = new('x', 300);

    /// <summary>Times in ms, of the database that the hosts use.</summary>
    public static Task<double[]> MeasureAsync(DispatchHosts hosts) =>
        hosts.Postgres is { } store ? PostgresAsync(store) : SqliteAsync(hosts.Folder);

    private static async Task<double[]> SqliteAsync(string folder)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "commits.db")};Pooling=false");
        await connection.OpenAsync();
        await ExecuteAsync(
            connection,
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                + "CREATE TABLE IF NOT EXISTS job (id BLOB PRIMARY KEY, due INTEGER, payload TEXT) WITHOUT ROWID");
        await using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO job VALUES ($id, 0, $payload)";
        var id = insert.Parameters.Add("$id", SqliteType.Blob);
        insert.Parameters.AddWithValue("$payload", Payload);
        return await MeasureAsync(insert, () => id.Value = Guid.CreateVersion7().ToByteArray(bigEndian: true));
    }

    // In a database beside Dispatch's: its statements are not to count as those of jobs.
    private static async Task<double[]> PostgresAsync(PostgresStore store)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(store.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS job (id uuid PRIMARY KEY, due bigint, payload text)");
        await using var insert = new NpgsqlCommand("INSERT INTO job VALUES ($1, 0, $2)", connection);
        var id = insert.Parameters.Add(new NpgsqlParameter { Value = Guid.Empty });
        insert.Parameters.Add(new NpgsqlParameter { Value = Payload });
        await insert.PrepareAsync();
        return await MeasureAsync(insert, () => id.Value = Guid.CreateVersion7());
    }

    private static async Task<double[]> MeasureAsync(DbCommand insert, Action next)
    {
        var took = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < WarmUp + Count; i++)
        {
            PreciseWait.Until(begun + (i * Stopwatch.Frequency / Rate));
            next();
            var before = Stopwatch.GetTimestamp();
            await insert.ExecuteNonQueryAsync();
            if (i >= WarmUp) took.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }

        return [.. took];
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
