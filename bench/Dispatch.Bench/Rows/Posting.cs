using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>How long a single <c>POST /jobs</c> takes at loads that are far from what a host can take.</summary>
internal static class Posting
{
    private const int FullRate = 1_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarAhead = TimeSpan.FromHours(1);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(4);

    public static Row Post { get; } = new(
        "post",
        "the time of one `POST /jobs`, 5, 50 and 1,000 a second, evenly spaced, 10 s each; due in 1 h, at 1,000 a second in 4 s, so that "
            + "the statements are those of a job's whole life; beside a commit of one row by the database alone, 50 a second",
        "p50 ≤ 2 × a commit of the database alone, p99 ≤ 25 ms, statements a job ≤ 0.3, 0 lost, 0 duplicate, 0 early",
        [
            new("1,000/s p50 × of a commit", AtMost: 2), new("1,000/s p99 ms", AtMost: 25),
            new("50/s p50 × of a commit", AtMost: 2), new("50/s p99 ms", AtMost: 25),
            new("5/s p50 × of a commit", AtMost: 2), new("5/s p99 ms", AtMost: 25),
            new("statements/job", AtMost: 0.3), new("lost", AtMost: 0), new("duplicate", AtMost: 0), new("early", AtMost: 0)
        ],
        null, MeasureAsync)
    {
        CreateHosts = (onPostgres, seed) => new DispatchHosts(onPostgres, seed: seed, connections: 512),
    };

    private static async Task<Figures> MeasureAsync(Contestant contestant)
    {
        var hosts = (DispatchHosts)contestant;
        await hosts.WarmUpAsync();
        // Around each rate, because other work on the machine makes a commit several times slower from one minute to the next.
        var commits = new List<double[]> { await Commits.MeasureAsync(hosts) };
        var figures = new Figures();
        foreach (var rate in (int[])[5, 50])
        {
            var few = await PostAsync(hosts, rate, FarAhead);
            commits.Add(await Commits.MeasureAsync(hosts));
            AddPosts(figures, $"{rate}/s", few, commits);
        }

        var statements = await hosts.StatementsAsync();
        var many = await PostAsync(hosts, FullRate, Ahead);
        var jobs = (int)(FullRate * (WarmUp + Duration).TotalSeconds);
        var arrivals = await hosts.Receiver.ReportAsync(jobs, TimeSpan.FromSeconds(60));
        var carriedOut = await hosts.StatementsAsync() - statements;
        commits.Add(await Commits.MeasureAsync(hosts));
        AddPosts(figures, "1,000/s", many, commits);
        if (carriedOut is { } all) figures["statements/job"] = all / jobs;
        figures["lateness p99 ms"] = arrivals.P99;
        return figures.AddTimes("commit ", commits.SelectMany(took => took)).AddCounts(arrivals, jobs);
    }

    /// <param name="commits">The last two were measured just before and just after the posts.</param>
    private static void AddPosts(Figures figures, string rate, double[] took, List<double[]> commits)
    {
        figures.AddTimes($"{rate} ", took);
        var commit = new Figures().AddTimes("", commits[^2].Concat(commits[^1]));
        figures[$"{rate} p50 × of a commit"] = figures[$"{rate} p50 ms"] / commit["p50 ms"];
    }

    private static async Task<double[]> PostAsync(DispatchHosts hosts, int rate, TimeSpan ahead)
    {
        await OpenLoop.AcceptedAsync(hosts, rate, WarmUp, ahead);
        return await OpenLoop.AcceptedAsync(hosts, rate, Duration, ahead);
    }
}
