using System.Collections.Concurrent;
using System.Text.Json;

namespace Dispatch.Bench;

/// <summary>One webhook's arrival: <paramref name="LatenessMs"/> is arrival minus <c>payload.at</c>, the job's fireAt; of it the host's part is <c>firedAt</c> minus the same.</summary>
internal readonly record struct Arrived(Guid JobId, double LatenessMs, double SentLateMs, double AtMs);

/// <summary>What arrived.</summary>
internal sealed record Report(int Count, int Unique, int Early, double P50, double P90, double P99, double Max, double LastAtMs, double SentMean);

/// <summary>A receiver in a process of its own: answers 200 at once and records lateness.</summary>
internal static class ReceiverProcess
{
    public static async Task RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var arrivals = new ConcurrentQueue<Arrived>();

        app.Map("/report", () => Summarise(arrivals));
        app.Map("/lateness", (double from, double until) => Lateness(arrivals, from, until));
        app.Map("/count", () => arrivals.Count);   // cheap: it is asked while the receiver is being measured
        app.Map("/reset", () => arrivals.Clear());
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
        var sentMs = json.RootElement.GetProperty("firedAt").GetDateTimeOffset().ToUnixTimeMilliseconds();
        return new Arrived(json.RootElement.GetProperty("jobId").GetGuid(), atMs - dueMs, sentMs - dueMs, atMs);
    }

    // Of what was due within [from, until).
    private static string Lateness(IEnumerable<Arrived> arrivals, double from, double until)
    {
        var late = arrivals.Where(a => a.AtMs - a.LatenessMs >= from && a.AtMs - a.LatenessMs < until).Select(a => a.LatenessMs).Order().ToArray();
        return late.Length == 0 ? "nothing" : $"{late.Length}: p50 {late[late.Length / 2]:0.00} p99 {late[(int)(late.Length * 0.99)]:0.00} max {late[^1]:0.00} ms late";
    }

    private static Report Summarise(ConcurrentQueue<Arrived> arrivals)
    {
        var all = arrivals.ToArray();
        if (all.Length == 0) return new Report(0, 0, 0, 0, 0, 0, 0, 0, 0);

        var late = all.Select(a => a.LatenessMs).Order().ToArray();
        double At(double share) => late[Math.Min(late.Length - 1, (int)(share * late.Length))];
        return new Report(all.Length, all.Select(a => a.JobId).Distinct().Count(), late.Count(l => l < 0), At(0.5), At(0.9), At(0.99), late[^1], all.Max(a => a.AtMs), all.Average(a => a.SentLateMs));
    }
}
