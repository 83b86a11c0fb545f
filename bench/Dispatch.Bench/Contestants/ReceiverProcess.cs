using System.Collections.Concurrent;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// A receiver in a process of its own: answers 200 at once and records lateness, per account where the address names one
/// (<c>/hook/{account}</c>); it has further ports, and paths that never answer or take their time.
/// </summary>
internal static class ReceiverProcess
{
    public static async Task RunAsync(int port, int[] furtherPorts)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([$"http://127.0.0.1:{port}", .. furtherPorts.Select(further => $"http://127.0.0.1:{further}")]);
        var app = builder.Build();
        var arrivals = new ConcurrentQueue<Arrived>();
        IEnumerable<Arrived> Due(double from, double until) => arrivals.Where(a => a.DueMs >= from && a.DueMs < until);

        app.Map("/report", (double from, double until) => Arrivals.Of([.. Due(from, until)]));
        app.Map("/accounts", (double from, double until) => Arrivals.ByAccount(Due(from, until)));
        app.Map("/account/{name}", (string name, double from, int expected, double missing) =>
            Arrivals.Of([.. Due(from, double.MaxValue).Where(a => a.Account == name)], expected, missing));
        app.Map("/count", () => arrivals.Count);   // cheap: it is asked while the receiver is being measured
        app.Map("/reset", () => arrivals.Clear());
        app.Map("/silent", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        app.Map("/slow", async (HttpContext context, int ms) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await Task.Delay(ms, context.RequestAborted);
        });
        app.Map("/hook/{account?}", async context =>
        {
            var at = DateTime.UtcNow;
            var body = new byte[context.Request.ContentLength ?? 0];
            await context.Request.Body.ReadExactlyAsync(body);
            if (context.Request.Query.ContainsKey("close")) context.Response.Headers.Connection = "close";
            var account = context.GetRouteValue("account") as string ?? "";
            arrivals.Enqueue(Arrived.Read(account, body, (at - DateTime.UnixEpoch).TotalMilliseconds));
        });
        await app.RunAsync();
    }
}
