using System.Diagnostics;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Bench.Contestants;

/// <summary>The receiver's process, from the bench's side.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    /// <summary>Receivers that take requests and never answer.</summary>
    private const int Silent = 5;

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly int port = Ports.Free();
    private readonly int[] silentPorts = [.. Enumerable.Range(0, Silent).Select(_ => Ports.Free())];
    private Process? process;

    public string Url => $"http://127.0.0.1:{port}/hook";

    public IReadOnlyList<string> SilentUrls => [.. silentPorts.Select(silent => $"http://127.0.0.1:{silent}/silent")];

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver.process = Process.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Dispatch.Bench.dll"), "receiver", $"{receiver.port}",
            .. receiver.silentPorts.Select(silent => $"{silent}")
        ]);
        await receiver.http.UntilItAnswersAsync($"http://127.0.0.1:{receiver.port}/count", receiver.process);
        return receiver;
    }

    /// <summary>
    /// Waits until so many webhooks have arrived since the last reset, then reports; after <paramref name="limit"/> whatever there is.
    /// </summary>
    public async Task<Arrivals> ReportAsync(int count, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < limit && await CountAsync() < count) await Task.Delay(200);
        await Task.Delay(500);   // a duplicate would come now
        return await DueWithinAsync(0, long.MaxValue);
    }

    /// <summary>Of what was due in that time (ms since the Unix epoch, UTC).</summary>
    public async Task<Arrivals> DueWithinAsync(long from, long until) =>
        (await http.GetFromJsonAsync<Arrivals>($"http://127.0.0.1:{port}/report?from={from}&until={until}"))!;

    public Task<int> CountAsync() => http.GetFromJsonAsync<int>($"http://127.0.0.1:{port}/count");

    public async Task ResetAsync() => (await http.GetAsync($"http://127.0.0.1:{port}/reset")).Dispose();

    public async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(process!);
        process!.Dispose();
        http.Dispose();
    }
}
