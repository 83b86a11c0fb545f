using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Tests.Faults;

/// <summary>Scenario 26 of reliability.md: the database turns read-only, as at a failover, and is itself again after a while.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class ReadOnlyDatabaseTests
{
    [Fact]
    public Task Nothing_is_sent_and_no_host_is_ready_while_the_database_is_read_only() => TurnReadOnlyAsync(TimeSpan.FromSeconds(15));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task No_host_is_ready_while_the_database_is_read_only_for_45_seconds() =>
        TurnReadOnlyAsync(TimeSpan.FromSeconds(45));

    private static async Task TurnReadOnlyAsync(TimeSpan time)
    {
        await using var cluster = await Cluster.StartAsync();
        await new NoWrites("scenario 26, read-only", FiresWithin: TimeSpan.FromSeconds(5)).RunAsync(
            cluster, time, begin: () => SetReadOnlyAsync(cluster, "on"), end: () => SetReadOnlyAsync(cluster, "off"));
    }

    /// <summary>For every new session, and there are none but new ones, as after a failover.</summary>
    private static async Task SetReadOnlyAsync(Cluster cluster, string value)
    {
        var connection = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false };
        var database = connection.Database;
        connection.Database = "postgres";
        await using (var source = NpgsqlDataSource.Create(connection))
        {
            await using var set = source.CreateCommand($"ALTER DATABASE \"{database}\" SET default_transaction_read_only = {value}");
            await set.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await using var end = source.CreateCommand(
                $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
            await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        NpgsqlConnection.ClearAllPools();   // the test's own are gone, too
    }
}
