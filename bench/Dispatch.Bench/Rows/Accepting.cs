using System.Diagnostics;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>How fast jobs are taken.</summary>
internal static class Accepting
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public static Row Accept { get; } = new(
        "accept", "`POST /jobs` over 64 connections for 30 s, due in 1 h",
        "≥ 5,000/s; ≥ 0.5 of an endpoint in the same host that only parses the body and answers 201",
        [new Bound("jobs/s", AtLeast: 5_000)], new Lead("jobs/s", MoreIsBetter: true),
        async contestant => await MeasureAsync(contestant, Duration))
    {
        LeastOfLimit = (EmptyEndpoint.InDispatch, 0.5),
        Limits = new Dictionary<string, Func<Task<Figures>>>
        {
            [EmptyEndpoint.InDispatch] = () => MeasureEndpointAsync(inDispatch: true),
            [EmptyEndpoint.Alone] = () => MeasureEndpointAsync(inDispatch: false),
            ["SQLite, batched inserts"] = InsertLimits.SqliteAsync,
            ["PostgreSQL, batched inserts"] = InsertLimits.PostgresAsync,
        },
    };

    /// <summary>As many as it takes.</summary>
    public static async Task<Figures> MeasureAsync(Contestant contestant, TimeSpan duration, bool warmUp = true)
    {
        if (warmUp) await contestant.WarmUpAsync();
        var due = Clock.NowMs() + 3_600_000;
        var cpu = contestant.Cpu();
        var watch = Stopwatch.StartNew();
        var callers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => PostUntilAsync(contestant, watch, duration, due)));
        var took = watch.Elapsed;
        var waits = callers.SelectMany(own => own).Order().ToArray();
        return new Figures
        {
            ["jobs/s"] = waits.Length / took.TotalSeconds,
            ["answer p50 ms"] = waits[waits.Length / 2],
            ["answer p99 ms"] = waits[(int)(waits.Length * 0.99)],
            ["CPU us/job"] = (contestant.Cpu() - cpu).TotalMicroseconds / waits.Length,
        };
    }

    private static async Task<Figures> MeasureEndpointAsync(bool inDispatch)
    {
        await using var endpoint = new EmptyEndpoint(inDispatch);
        await endpoint.StartAsync();
        await endpoint.PostAllAsync(Enumerable.Repeat(Clock.NowMs() + 3_600_000, 20_000));
        return await MeasureAsync(endpoint, Duration, warmUp: false);
    }

    private static async Task<List<double>> PostUntilAsync(Contestant contestant, Stopwatch watch, TimeSpan end, long due)
    {
        var took = new List<double>();
        for (var begun = watch.Elapsed; begun < end; begun = watch.Elapsed)
        {
            await contestant.PostAsync(due);
            took.Add((watch.Elapsed - begun).TotalMilliseconds);
        }

        return took;
    }
}
