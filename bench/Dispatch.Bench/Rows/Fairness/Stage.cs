using System.Collections.Concurrent;
using System.Diagnostics;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>
/// An account that sends a little to a good receiver, first while nobody else does anything, then beside a greedy one; and what both times
/// it got.
/// </summary>
internal sealed class Stage(DispatchHosts hosts, Account other, OthersReceiver receiver, int rate) : IAsyncDisposable
{
    /// <summary>How long after its <c>POST</c> each job of the other account is due.</summary>
    private const int AheadMs = 2_000;

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(15);

    private MemoryWatch? memory;

    public DispatchHosts Hosts => hosts;

    public Figures Figures { get; } = [];

    public async Task QuietAsync()
    {
        await receiver.ForgetAsync();
        var (posts, _, arrivals) = await SendAsync(Clock.NowMs() + AheadMs, Quiet);
        if (arrivals.Unique < posts.Length) throw new InvalidOperationException(
            $"Of {posts.Length} jobs {arrivals.Unique} arrived while nobody else did anything. {posts[0].Refusal}");
        (Figures["quiet p50 ms"], Figures["quiet p99 ms"], Figures["quiet max ms"]) = (arrivals.P50, arrivals.P99, arrivals.Max);
        Figures.AddTimes("quiet POST ", posts.Select(post => post.Ms));
        memory = new MemoryWatch(hosts);
    }

    /// <summary>
    /// The other account's first job is due at <paramref name="fromMs"/>; <paramref name="greedyAsync"/> begins when that is posted, and is
    /// told to end when the last one is due.
    /// </summary>
    public async Task BesideAsync(long fromMs, TimeSpan duration, Func<CancellationToken, Task> greedyAsync)
    {
        await receiver.ForgetAsync();
        await Clock.UntilAsync(fromMs - AheadMs);
        using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(AheadMs) + duration);
        var greedy = Task.Run(() => greedyAsync(end.Token), CancellationToken.None);
        var after = AfterAsync(greedy, fromMs + (long)duration.TotalMilliseconds);
        var (posts, accepted, arrivals) = await SendAsync(fromMs, duration);
        var host = await after;
        await PrintAccountsAsync(fromMs);
        foreach (var refusal in posts.Select(post => post.Refusal).OfType<string>().Distinct().Take(3)) Console.WriteLine($"  {refusal}");

        if (accepted.Count > 0)   // else nothing can be late, and the posts say it all
        {
            (Figures["p50 ms"], Figures["p99 ms"], Figures["max ms"]) = (arrivals.P50, arrivals.P99, arrivals.Max);
            Figures["p99 of bound"] = arrivals.P99 / BoundOf("quiet p99 ms");
        }

        Figures.AddTimes("POST ", posts.Select(post => post.Ms)).AddCounts(arrivals, accepted.Count);
        Figures["POST p99 of bound"] = Figures["POST p99 ms"] / BoundOf("quiet POST p99 ms");
        Figures["POSTs refused"] = posts.Length - accepted.Count;
        Figures["not at first attempt"] = accepted.Count - await AtFirstAttemptAsync(accepted);
        foreach (var (name, value) in host) Figures[name] = value;
    }

    /// <summary>Does something so many times over so many connections; how long it took.</summary>
    public static async Task<TimeSpan> AllAsync(int jobs, Func<int, Task> postAsync, int connections = 64)
    {
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, jobs, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (i, _) => await postAsync(i));
        return Stopwatch.GetElapsedTime(begun);
    }

    public async ValueTask DisposeAsync()
    {
        if (memory is not null) await memory.DisposeAsync();
    }

    private async Task PrintAccountsAsync(long fromMs)
    {
        foreach (var (name, own) in await hosts.Receiver.AccountsDueWithinAsync(fromMs, long.MaxValue)) Console.WriteLine(
            $"  {name}: {own.Unique} arrived, lateness p50 {own.P50:0.0} p99 {own.P99:0.0} max {own.Max:0.0} ms");
    }

    private double BoundOf(string quiet) => Math.Max(2 * Figures[quiet], 100);

    private async Task<(Posted[] Posts, HashSet<string> Accepted, Arrivals Arrivals)> SendAsync(long fromMs, TimeSpan duration)
    {
        await Clock.UntilAsync(fromMs - AheadMs);
        // The jobs' instants are those of an evenly spaced load, whenever its posts come through.
        var (sent, accepted) = (-1, new ConcurrentBag<string>());
        var posts = await OpenLoop.RunAsync(rate, duration, async () => accepted.Add(
            await other.PostAsync(receiver.Url, fromMs + (Interlocked.Increment(ref sent) * 1000L / rate))));
        return (posts, [.. accepted], await receiver.ReportAsync(accepted.Count, fromMs, Patience));
    }

    /// <summary>A host that does not answer is asked once more; what it does not say then is not known to have succeeded.</summary>
    private async Task<int> AtFirstAttemptAsync(HashSet<string> jobs)
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            try
            {
                await Task.Delay(1_500);   // the last ones are recorded
                return (await other.AtFirstAttemptAsync(jobs)).Count;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                Console.WriteLine($"  the list of jobs: {exception.Message}");
            }
        }

        return 0;
    }

    /// <summary>What the host has and does a while after the greedy one ended.</summary>
    private async Task<Figures> AfterAsync(Task greedy, long lastDueMs)
    {
        await greedy;
        await Clock.UntilAsync(lastDueMs);
        var cpuFrom = Aftermath - TimeSpan.FromSeconds(5);
        await Task.Delay(cpuFrom);
        var cpu = hosts.HostCpu();
        await Task.Delay(Aftermath - cpuFrom);
        return new Figures
        {
            ["RSS MB before"] = memory!.Before,
            ["most MB more"] = memory.Most - memory.Before,
            ["MB more 15 s after"] = hosts.Megabytes() - memory.Before,
            ["CPU % 10 s after"] = (hosts.HostCpu() - cpu) / (Aftermath - cpuFrom) * 100,
        };
    }
}
