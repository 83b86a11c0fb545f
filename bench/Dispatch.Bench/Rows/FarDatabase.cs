using System.Diagnostics;
using Dispatch.Bench.Contestants;
using Npgsql;

namespace Dispatch.Bench.Rows;

/// <summary>A database that is not in the same house.</summary>
internal static class FarDatabase
{
    private const int Rate = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(3);

    public static Row Far { get; } = new(
        "far",
        "a relay adds 5 ms, then 25 ms, each way between host and PostgreSQL; 100 jobs/s for 20 s, each due 3 s after its `POST`; "
            + "a round trip is that of `SELECT 1` through the relay",
        "`POST` p50 ≤ 4 round trips, lateness p99 ≤ 10 ms (5 ms each way) and ≤ 50 ms (25 ms), 0 lost, 0 duplicate, 0 early",
        [
            new("25 ms: POST p50 round trips", AtMost: 4), new("5 ms: POST p50 round trips", AtMost: 4),
            new("5 ms: p99 ms", AtMost: 10), new("25 ms: p99 ms", AtMost: 50),
            new("5 ms: lost", AtMost: 0), new("5 ms: duplicate", AtMost: 0), new("5 ms: early", AtMost: 0),
            new("25 ms: lost", AtMost: 0), new("25 ms: duplicate", AtMost: 0), new("25 ms: early", AtMost: 0)
        ],
        null, MeasureAsync)
    {
        OnPostgresOnly = true,
        CreateHosts = (onPostgres, seed) => new DispatchHosts(onPostgres, seed: seed, connections: 2_048, relay: new DelayingRelay()),
    };

    private static async Task<Figures> MeasureAsync(Contestant contestant)
    {
        var hosts = (DispatchHosts)contestant;
        await hosts.WarmUpAsync();   // near still: the compiler is not what is measured
        var figures = new Figures();
        foreach (var eachWay in (int[])[5, 25])
        {
            hosts.Relay!.Delay = TimeSpan.FromMilliseconds(eachWay);
            foreach (var (name, value) in await MeasureAsync(hosts)) figures[$"{eachWay} ms: {name}"] = value;
        }

        return figures;
    }

    private static async Task<Figures> MeasureAsync(DispatchHosts hosts)
    {
        await OpenLoop.AcceptedAsync(hosts, Rate, WarmUp, Ahead);   // the host learns how long its transactions take now
        await hosts.Receiver.ReportAsync((int)(Rate * WarmUp.TotalSeconds), TimeSpan.FromSeconds(60));
        await hosts.Receiver.ResetAsync();
        var roundTrip = await RoundTripMsAsync(hosts.RelayedConnectionString);
        var took = await OpenLoop.AcceptedAsync(hosts, Rate, Duration, Ahead);
        var jobs = (int)(Rate * Duration.TotalSeconds);
        var arrivals = await hosts.Receiver.ReportAsync(jobs, TimeSpan.FromSeconds(60));
        await hosts.Receiver.ResetAsync();
        var figures = new Figures { ["round trip ms"] = roundTrip }.AddTimes("POST ", took);
        figures["POST p50 round trips"] = figures["POST p50 ms"] / roundTrip;
        return figures.AddLateness(arrivals).AddCounts(arrivals, jobs);
    }

    /// <summary>The median of 20.</summary>
    private static async Task<double> RoundTripMsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        var took = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await command.ExecuteScalarAsync();
            took.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return took.Order().ElementAt(10);
    }
}
