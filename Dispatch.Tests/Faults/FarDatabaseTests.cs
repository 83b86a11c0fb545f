using System.Diagnostics;
using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Tests.Faults;

/// <summary>The database is in another building: each statement waits for its way there and back.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FarDatabaseTests
{
    private const int PerSecond = 100;

    private const int MostRoundTrips = 4;

    /// <summary>What a POST costs beside them, ms.</summary>
    private const double Own = 5;

    [Fact]
    public Task Jobs_are_on_time_with_a_database_5_ms_away() =>
        KeepTimeAsync(TimeSpan.FromMilliseconds(5), mostLateMs: 10, TimeSpan.FromSeconds(8));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Theory(Explicit = true), InlineData(5, 10), InlineData(25, 50), Trait("Category", "Long")]
    public Task Jobs_are_on_time_for_a_minute_with_a_database_that_is_far_away(int oneWayMs, int mostLateMs) =>
        KeepTimeAsync(TimeSpan.FromMilliseconds(oneWayMs), mostLateMs, TimeSpan.FromSeconds(60));

    private static async Task KeepTimeAsync(TimeSpan oneWay, double mostLateMs, TimeSpan time)
    {
        await using var server = await DatabaseServers.StartPostgresAsync();
        await using var relay = DelayRelay.To(server.Port, oneWay);
        await using var cluster = await Cluster.StartOnAsync(server, hosts: 1, direct => Through(relay, direct));
        await cluster.WarmUpAsync();
        var roundTrip = await RoundTripAsync(cluster.ConnectionString);

        var ledger = new Ledger();
        var load = new TimedLoad(ledger, cluster.Receiver.Url + "/", PerSecond, cluster.Users);
        await Task.Delay(time, TestContext.Current.CancellationToken);
        await load.EndAsync();
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(20));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        var lateness = ledger.LatenessOf(cluster.Receiver, (_, _) => true);
        var post = load.Posts.Select(p => p.Took.TotalMilliseconds).Order().ElementAt(load.Posts.Count / 2);
        TestContext.Current.SendDiagnosticMessage(
            $"far database, {oneWay.TotalMilliseconds:0} ms each way, a round trip takes {roundTrip:0.0} ms: "
            + $"a POST takes {post / roundTrip:0.0} round trips; {load}; {lateness}");
        ledger.Compare(cluster.Receiver).AssertEachOnce();
        load.AssertAllTaken();
        Assert.InRange(lateness.P(0.99), 0, mostLateMs);
        Assert.InRange(post, 0, (MostRoundTrips * roundTrip) + Own);
    }

    private static string Through(DelayRelay relay, string direct) =>
        new NpgsqlConnectionStringBuilder(direct) { Port = relay.Port }.ToString();

    /// <summary>What the smallest statement takes on this way, ms.</summary>
    private static async Task<double> RoundTripAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        var took = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return took.Order().ElementAt(took.Count / 2);
    }
}
