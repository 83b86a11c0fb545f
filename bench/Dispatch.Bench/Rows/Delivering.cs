using System.Diagnostics;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>How late webhooks arrive.</summary>
internal static class Delivering
{
    private const int SteadyRate = 2_000;
    private const int SteadySeconds = 30;
    private const int BurstJobs = 10_000;
    private const int LoneJobs = 200;
    private const int HostageJobs = 5_000;
    private const int HostageRate = 500;
    private const int HostageSeconds = 10;
    private const int OverdueJobs = 50_000;

    public static Row Steady { get; } = new(
        "steady", "2,000 jobs/s due for 30 s", "p50 ≤ 3 ms, p99 ≤ 20 ms, 0 early, 0 lost, 0 duplicate",
        [new("p50 ms", AtMost: 3), new("p99 ms", AtMost: 20), new("early", AtMost: 0), new("lost", AtMost: 0), new("duplicate", AtMost: 0)],
        new Lead("p99 ms", MoreIsBetter: false), SteadyAsync);

    public static Row Burst { get; } = new(
        "burst", "10,000 due in the same millisecond",
        "the last arrives ≤ 0.7 s after; ≥ 0.5 of the rate of a bare HttpClient loop with the same bodies",
        [new("last after ms", AtMost: 700), new("lost", AtMost: 0), new("duplicate", AtMost: 0), new("early", AtMost: 0)],
        new Lead("last after ms", MoreIsBetter: false), BurstAsync)
    {
        LeastOfLimit = ("bare HttpClient loop", 0.5),
        Limits = new Dictionary<string, Func<Task<Figures>>>
        {
            ["bare HttpClient loop"] = DeliveryLimits.BareLoopAsync, ["10,000 `Task.Delay`"] = DeliveryLimits.TaskDelayAsync
        },
    };

    public static Row One { get; } = new(
        "one", "a lone job on an idle host, 200 times", "p50 ≤ 1.5 ms, max ≤ 15 ms",
        [new("p50 ms", AtMost: 1.5), new("max ms", AtMost: 15), new("early", AtMost: 0)],
        new Lead("p50 ms", MoreIsBetter: false), async contestant =>
        {
            await contestant.WarmUpAsync();
            return await LoneAsync(contestant, LoneJobs);
        });

    public static Row Overdue { get; } = new(
        "overdue", "start with 50,000 overdue jobs", "≥ 3,000/s drained, oldest first; a new job due meanwhile ≤ 100 ms late",
        [new("jobs/s", AtLeast: 3_000), new("new job max ms", AtMost: 100), new("lost", AtMost: 0)],
        new Lead("jobs/s", MoreIsBetter: true), OverdueAsync);

    /// <summary>Jobs 180 ms apart, one at a time, each due 150 ms after its POST.</summary>
    public static async Task<Figures> LoneAsync(Contestant contestant, int jobs)
    {
        for (var i = 0; i < jobs; i++)
        {
            var due = Clock.NowMs() + 150;
            await contestant.PostAsync(due);
            await Clock.UntilAsync(due + 30);
        }

        var arrivals = await contestant.Receiver.ReportAsync(jobs, TimeSpan.FromSeconds(60));
        return new Figures().AddLateness(arrivals).AddCounts(arrivals, jobs);
    }

    /// <summary>
    /// 5,000 jobs to five receivers that never answer, 500/s for 10 s to a good one, all of one sender; lost is what had not arrived a
    /// minute later.
    /// </summary>
    public static async Task<Figures> HostageAsync(Contestant contestant)
    {
        await contestant.WarmUpAsync();
        var silent = contestant.Receiver.SilentUrls;
        var hung = Clock.NowMs() + 10_000;
        await Parallel.ForAsync(
            0, HostageJobs, new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (i, _) => await contestant.PostAsync(hung, silent[i % silent.Count]));
        await Clock.UntilAsync(hung + 1_000);
        await contestant.Receiver.ResetAsync();
        const int jobs = HostageRate * HostageSeconds;
        var posts = new List<Task>(jobs);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < jobs; i++)   // an open loop: who is slow to accept does not slow the next ones down
        {
            if (TimeSpan.FromSeconds((double)i / HostageRate) - watch.Elapsed is var left
                && left > TimeSpan.FromMilliseconds(1)) await Task.Delay(left);
            posts.Add(contestant.PostAsync(Clock.NowMs() + 2_000));
        }

        await Task.WhenAll(posts);
        var arrivals = await contestant.Receiver.ReportAsync(jobs, TimeSpan.FromSeconds(60));
        return new Figures().AddLateness(arrivals).AddCounts(arrivals, jobs);
    }

    private static async Task<Figures> SteadyAsync(Contestant contestant)
    {
        const int jobs = SteadyRate * SteadySeconds;
        var rate = await contestant.WarmUpAsync();
        var (cpu, disk, statements) = (contestant.Cpu(), await contestant.DiskBytesAsync(), await contestant.StatementsAsync());
        var start = Clock.NowMs() + 5_000 + (long)(jobs / rate * 1_300);
        var posting = await contestant.PostAllAsync(Enumerable.Range(0, jobs).Select(i => start + (i * 1000L / SteadyRate)));
        if (Clock.NowMs() > start) throw new InvalidOperationException(
            $"{jobs} jobs were not accepted in time: it took {posting.TotalSeconds:0} s.");
        var arrivals = await contestant.Receiver.ReportAsync(
            jobs, TimeSpan.FromMilliseconds(start - Clock.NowMs()) + TimeSpan.FromSeconds(SteadySeconds + 60));
        var figures = new Figures().AddLateness(arrivals).AddCounts(arrivals, jobs);
        figures["CPU us/job"] = (contestant.Cpu() - cpu).TotalMicroseconds / jobs;
        if (await contestant.DiskBytesAsync() - disk is { } grown) figures["disk bytes/job"] = grown / jobs;
        if (await contestant.StatementsAsync() - statements is { } carriedOut) figures["statements/job"] = carriedOut / jobs;
        return figures;
    }

    private static async Task<Figures> BurstAsync(Contestant contestant)
    {
        var rate = await contestant.WarmUpAsync();
        var due = Clock.NowMs() + 6_000 + (long)(BurstJobs / rate * 1_500);
        await contestant.PostAllAsync(Enumerable.Repeat(due, BurstJobs));
        if (Clock.NowMs() > due - 3_500) throw new InvalidOperationException("The jobs were not accepted in time.");
        await Clock.UntilAsync(due - 3_500);   // before the first of it: alarms, claims
        var cpu = contestant.Cpu();
        var arrivals = await contestant.Receiver.ReportAsync(BurstJobs, TimeSpan.FromSeconds(90));
        var figures = new Figures
        {
            ["last after ms"] = arrivals.LastAtMs - due, ["jobs/s"] = BurstJobs / (arrivals.LastAtMs - due) * 1000,
            ["CPU us/job"] = (contestant.Cpu() - cpu).TotalMicroseconds / BurstJobs
        };
        return figures.AddLateness(arrivals).AddCounts(arrivals, BurstJobs);
    }

    private static async Task<Figures> OverdueAsync(Contestant contestant)
    {
        var rate = await contestant.WarmUpAsync();
        var due = Clock.NowMs() + 8_000 + (long)(OverdueJobs / rate * 1_300);
        await contestant.PostAllAsync(Enumerable.Range(0, OverdueJobs).Select(i => due + (i / 100)));
        if (Clock.NowMs() > due) throw new InvalidOperationException("The jobs were not accepted in time.");
        await contestant.KillSchedulerAsync();
        await Clock.UntilAsync(due + (OverdueJobs / 100) + 500);
        var readyIn = await contestant.StartSchedulerAsync();
        var readyAt = Clock.NowMs();
        var meanwhile = readyAt + 1_500;
        const int newJobs = 20;
        // A store that is busy may take a while to accept each.
        for (var i = 0; i < newJobs; i++) await contestant.PostAsync(Math.Max(meanwhile + (i * 20), Clock.NowMs() + 500));
        var arrivals = await contestant.Receiver.ReportAsync(OverdueJobs + newJobs, TimeSpan.FromSeconds(180));
        var later = await contestant.Receiver.DueWithinAsync(meanwhile, long.MaxValue);
        var old = await contestant.Receiver.DueWithinAsync(0, meanwhile);
        var figures = new Figures
        {
            ["jobs/s"] = old.Unique / (old.LastAtMs - readyAt) * 1000,
            ["ready s"] = readyIn.TotalSeconds,
            ["new job max ms"] = later.Max,
        };
        return figures.AddCounts(arrivals, OverdueJobs + newJobs);
    }
}
