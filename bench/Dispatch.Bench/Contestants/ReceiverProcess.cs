using System.Collections.Concurrent;
using System.Text.Json;

namespace Dispatch.Bench.Contestants;

/// <summary>One webhook's arrival: <paramref name="LatenessMs"/> is arrival minus <c>payload.at</c>, the job's fireAt.</summary>
internal readonly record struct Arrived(string JobId, double LatenessMs, double AtMs);

/// <summary>What arrived. Lateness in ms.</summary>
/// <param name="Early">Arrived before their fireAt.</param>
/// <param name="LastAtMs">When the last one arrived, ms since the Unix epoch.</param>
internal sealed record Arrivals(
    int Count, int Unique, int Early, double P50, double P90, double P99, double P999, double Max, double LastAtMs)
{
    public int Duplicates => Count - Unique;
}

/// <summary>
/// A receiver in a process of its own: answers 200 at once and records lateness; on its further ports it takes requests and never
/// answers.
/// </summary>
internal static class ReceiverProcess
{
    public static async Task RunAsync(int port, int[] silentPorts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([$"http://127.0.0.1:{port}", .. silentPorts.Select(silent => $"http://127.0.0.1:{silent}")]);
        var app = builder.Build();
        var arrivals = new ConcurrentQueue<Arrived>();

        app.Map("/report", (double from, double until) =>
            Summarise([.. arrivals.Where(a => a.AtMs - a.LatenessMs >= from && a.AtMs - a.LatenessMs < until)]));
        app.Map("/count", () => arrivals.Count);   // cheap: it is asked while the receiver is being measured
        app.Map("/reset", () => arrivals.Clear());
        app.Map("/silent", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        app.Map("/hook", async context =>
        {
            var at = DateTime.UtcNow;
            var body = new byte[context.Request.ContentLength ?? 0];
            await context.Request.Body.ReadExactlyAsync(body);
            arrivals.Enqueue(Parse(body, (at - DateTime.UnixEpoch).TotalMilliseconds));
        });
        await app.RunAsync();
    }

    private static Arrived Parse(byte[] body, double atMs)
    {
        using var json = JsonDocument.Parse(body);
        var dueMs = json.RootElement.GetProperty("payload").GetProperty("at").GetInt64();
        return new Arrived(json.RootElement.GetProperty("jobId").GetString()!, atMs - dueMs, atMs);
    }

    private static Arrivals Summarise(Arrived[] all)
    {
        if (all.Length == 0) return new Arrivals(0, 0, 0, 0, 0, 0, 0, 0, 0);

        var late = all.Select(a => a.LatenessMs).Order().ToArray();
        double At(double share) => late[Math.Min(late.Length - 1, (int)(share * late.Length))];
        return new Arrivals(
            all.Length, all.Select(a => a.JobId).Distinct().Count(), late.Count(l => l < 0),
            At(0.5), At(0.9), At(0.99), At(0.999), late[^1], all.Max(a => a.AtMs));
    }
}
