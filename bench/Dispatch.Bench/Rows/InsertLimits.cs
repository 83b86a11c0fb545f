using System.Data.Common;
using System.Diagnostics;
using Dispatch.Bench.Contestants;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Dispatch.Bench.Rows;

/// <summary>
/// What the databases take at all: rows as wide as a job, 500 in a transaction, one table with one index, full durability, one connection,
/// for 10 s.
/// </summary>
internal static class InsertLimits
{
    private const int Batch = 500;
    private static readonly string Payload = new('x', 300);

    public static async Task<Figures> SqliteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("dispatch-bench-limit-");
        try
        {
            await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "limit.db")};Pooling=false");
            await connection.OpenAsync();
            await ExecuteAsync(
                connection,
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                    + "CREATE TABLE job (id BLOB PRIMARY KEY, due INTEGER, payload TEXT) WITHOUT ROWID");
            return await MeasureAsync(connection, async transaction =>
            {
                await using var insert = connection.CreateCommand();
                insert.Transaction = (SqliteTransaction)transaction;
                insert.CommandText = "INSERT INTO job VALUES ($id, $due, $payload)";
                var (id, due) = (insert.Parameters.Add("$id", SqliteType.Blob), insert.Parameters.Add("$due", SqliteType.Integer));
                insert.Parameters.AddWithValue("$payload", Payload);
                for (var i = 0; i < Batch; i++)
                {
                    (id.Value, due.Value) = (Guid.CreateVersion7().ToByteArray(bigEndian: true), i);
                    await insert.ExecuteNonQueryAsync();
                }
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static async Task<Figures> PostgresAsync()
    {
        await using var store = await PostgresStore.StartAsync();
        await using var connection = new NpgsqlConnection(store.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, "CREATE TABLE job (id uuid PRIMARY KEY, due bigint, payload text)");
        return await MeasureAsync(connection, async _ =>
        {
            await using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO job SELECT * FROM unnest($1, $2, $3)";
            insert.Parameters.Add(new() { Value = Enumerable.Range(0, Batch).Select(_ => Guid.CreateVersion7()).ToArray() });
            insert.Parameters.Add(new() { Value = Enumerable.Range(0, Batch).Select(i => (long)i).ToArray() });
            insert.Parameters.Add(new() { Value = Enumerable.Repeat(Payload, Batch).ToArray() });
            await insert.ExecuteNonQueryAsync();
        });
    }

    private static async Task<Figures> MeasureAsync(DbConnection connection, Func<DbTransaction, Task> insertAsync)
    {
        var rows = 0;
        var watch = Stopwatch.StartNew();
        for (; watch.Elapsed < TimeSpan.FromSeconds(10); rows += Batch)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await insertAsync(transaction);
            await transaction.CommitAsync();
        }

        return new Figures { ["jobs/s"] = rows / watch.Elapsed.TotalSeconds };
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
