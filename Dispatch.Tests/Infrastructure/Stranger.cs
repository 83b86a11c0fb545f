using Npgsql;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Somebody at a PostgreSQL prompt who has locked rows and left the transaction open. Disposing it rolls back.</summary>
internal sealed class Stranger : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private Stranger(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>The ids that the first column of the statements had, in their order.</summary>
    public List<Guid> Locked { get; } = [];

    /// <summary>Opens a transaction and executes each <c>SELECT … FOR UPDATE</c> in it, with <c>$1</c> for its argument.</summary>
    public static async Task<Stranger> LockAsync(string connectionString, params (string Sql, Guid Argument)[] statements)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var stranger = new Stranger(connection);
        await using (var begin = new NpgsqlCommand("BEGIN", connection))
            await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        foreach (var (sql, argument) in statements)
        {
            await using var select = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = argument } } };
            await using var rows = await select.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var before = stranger.Locked.Count;
            while (await rows.ReadAsync(TestContext.Current.CancellationToken)) stranger.Locked.Add(rows.GetGuid(0));
            Assert.True(stranger.Locked.Count > before, $"no row to lock: {sql}");
        }

        return stranger;
    }

    /// <summary>The connection ends, and with it the transaction and its locks.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
