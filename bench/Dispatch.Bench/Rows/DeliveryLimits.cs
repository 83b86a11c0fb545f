using System.Diagnostics;
using System.Text;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>What this machine can send at all.</summary>
internal static class DeliveryLimits
{
    private const int Jobs = 10_000;

    /// <summary>Bodies like a delivery's straight to the receiver, 256 at a time, from this process.</summary>
    public static async Task<Figures> BareLoopAsync()
    {
        await using var receiver = await Receiver.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 256 });
        await SendAsync(http, receiver.Url);   // for the compiler
        await SendAsync(http, receiver.Url);
        await receiver.ResetAsync();
        var begun = Clock.NowMs();
        await SendAsync(http, receiver.Url);
        var arrivals = await receiver.ReportAsync(Jobs, TimeSpan.FromSeconds(30));
        return new Figures { ["last after ms"] = arrivals.LastAtMs - begun, ["jobs/s"] = Jobs / (arrivals.LastAtMs - begun) * 1000 };
    }

    /// <summary>Timers alone: so long after the instant goes the last of 10,000 on, which send nothing.</summary>
    public static async Task<Figures> TaskDelayAsync()
    {
        var last = 0.0;
        for (var round = 1; round <= 3; round++)   // the first ones pay for the compiler
        {
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Jobs).Select(_ => Task.Delay(TimeSpan.FromSeconds(2) - watch.Elapsed)));
            last = watch.Elapsed.TotalMilliseconds - 2_000;
        }

        return new Figures { ["last after ms"] = last };
    }

    private static Task SendAsync(HttpClient http, string url) =>
        Parallel.ForAsync(0, Jobs, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (_, cancellation) =>
        {
            var now = Clock.NowMs();
            var body = $$$"""{"jobId":"{{{Guid.CreateVersion7()}}}","title":"bench","payload":"""
                + $$$"""{"at":{{{now}}},"userId":"usr_812","plan":"pro"},"firedAt":"{{{Clock.Rfc3339(now)}}}"}""";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(url, content, cancellation);
        });
}
