using System.Diagnostics;
using System.Net;
using System.Text;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// A scheduler that is measured, with its store and a receiver, each a process of its own, all of them fresh. It is asked over HTTP:
/// what a job costs includes the request that schedules it.
/// </summary>
/// <param name="connections">How many the load may use at once.</param>
internal abstract class Contestant(int connections = 64) : IAsyncDisposable
{
    protected const int Connections = 64;

    /// <summary>As in <c>results.json</c> and on the command line.</summary>
    public abstract string Name { get; }

    public Receiver Receiver { get; private set; } = null!;

    protected HttpClient Http { get; } =
        new(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = false })
        {
            Timeout = TimeSpan.FromMinutes(2)
        };

    /// <summary>Processor time of the scheduler's living processes and of its store so far.</summary>
    public abstract TimeSpan Cpu();

    /// <summary>Resident memory of the scheduler in MB, the store's included where it is a process of the contestant's own.</summary>
    public abstract double Megabytes();

    /// <summary>Of the store; null where it is memory.</summary>
    public abstract Task<double?> DiskBytesAsync();

    /// <summary>Statements or commands that the store's server has carried out so far; null where there is no server.</summary>
    public abstract Task<double?> StatementsAsync();

    /// <summary>Starts the scheduler on what its store holds, and returns once it accepts; how long that took.</summary>
    public abstract Task<TimeSpan> StartSchedulerAsync();

    /// <summary><c>kill -9</c>; the store stays.</summary>
    public abstract Task KillSchedulerAsync();

    public async Task StartAsync()
    {
        Receiver = await Receiver.StartAsync();
        await StartStoreAsync();
        await StartSchedulerAsync();
        await StartedAsync();
    }

    /// <summary>Schedules one job; its payload carries the due time for the receiver. Throws unless it is accepted.</summary>
    public Task PostAsync(long dueAtMs, string? url = null) => SendAsync(Request(url ?? Receiver.Url, dueAtMs));

    /// <summary>Schedules the jobs over 64 connections; how long it took.</summary>
    public async Task<TimeSpan> PostAllAsync(IEnumerable<long> dueAtMs)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            dueAtMs, new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (due, _) => await PostAsync(due));
        return watch.Elapsed;
    }

    /// <summary>The first requests and deliveries pay for the compiler. Returns how many jobs a second it accepted the last time.</summary>
    /// <param name="aheadMs">In this time the jobs of a round must have been accepted.</param>
    public async Task<double> WarmUpAsync(int aheadMs = 3_000)
    {
        const int jobs = 2_000;
        var took = TimeSpan.Zero;
        for (var round = 1; round <= 2; round++)
        {
            await Receiver.ResetAsync();
            took = await PostAllAsync(Enumerable.Repeat(Clock.NowMs() + aheadMs, jobs));
            var arrived = await Receiver.ReportAsync(jobs, TimeSpan.FromSeconds(90));
            if (arrived.Unique < jobs) throw new InvalidOperationException(
                $"Of {jobs} jobs to warm up {arrived.Unique} arrived within 90 s.");
        }

        await Receiver.ResetAsync();
        return jobs / took.TotalSeconds;
    }

    public virtual async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (Receiver is not null) await Receiver.DisposeAsync();
    }

    protected abstract Task StartStoreAsync();

    /// <summary>What is to be done once, after the first start.</summary>
    protected virtual Task StartedAsync() => Task.CompletedTask;

    protected abstract HttpRequestMessage Request(string webhookUrl, long dueAtMs);

    /// <summary>Throws unless it is accepted.</summary>
    protected async Task SendAsync(HttpRequestMessage scheduling)
    {
        using var request = scheduling;
        using var response = await Http.SendAsync(request);
        if (response.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK)) throw new InvalidOperationException(
            $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>The same body for everybody.</summary>
    protected static string JobText(string webhookUrl, long dueAtMs) =>
        $$$"""{"title":"bench","webhookUrl":"{{{webhookUrl}}}","fireAt":"{{{Clock.Rfc3339(dueAtMs)}}}","payload":"""
            + $$$"""{"at":{{{dueAtMs}}},"userId":"usr_812","plan":"pro"}}""";

    protected static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
