using System.Diagnostics;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Bench.Contestants;

/// <summary>The receiver's process, from the bench's side.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private const int Further = 5;

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly int port = Ports.Free();
    private readonly int[] furtherPorts = [.. Enumerable.Range(0, Further).Select(_ => Ports.Free())];
    private Process? process;

    public string Url => $"http://127.0.0.1:{port}/hook";

    /// <summary>Receivers that take requests and never answer.</summary>
    public IReadOnlyList<string> SilentUrls => [.. furtherPorts.Select(further => $"http://127.0.0.1:{further}/silent")];

    /// <summary>Receivers that take requests and answer so much later.</summary>
    public IReadOnlyList<string> SlowUrls(TimeSpan after) =>
        [.. furtherPorts.Select(further => $"http://127.0.0.1:{further}/slow?ms={after.TotalMilliseconds:0}")];

    /// <summary>Where an account's webhooks go, so that the report can tell them from others'.</summary>
    public string UrlOf(string account) => $"http://127.0.0.1:{port}/hook/{account}";

    /// <summary>The same by name; each connection ends with its answer, so that the next delivery looks the name up.</summary>
    public string NamedUrlOf(string account, string name) => $"http://{name}:{port}/hook/{account}?close=1";

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver.process = Process.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Dispatch.Bench.dll"), "receiver", $"{receiver.port}",
            .. receiver.furtherPorts.Select(further => $"{further}")
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

    /// <summary>The same for each account that something has arrived for.</summary>
    public async Task<Dictionary<string, Arrivals>> AccountsDueWithinAsync(long from, long until) =>
        (await http.GetFromJsonAsync<Dictionary<string, Arrivals>>($"http://127.0.0.1:{port}/accounts?from={from}&until={until}"))!;

    /// <summary>Of one account, since then; what is expected and has not arrived counts as that late.</summary>
    public async Task<Arrivals> OfAccountAsync(string account, long dueFrom, int expected, double missingMs) =>
        (await http.GetFromJsonAsync<Arrivals>(
            $"http://127.0.0.1:{port}/account/{account}?from={dueFrom}&expected={expected}&missing={missingMs:0}"))!;

    public Task<int> CountAsync() => http.GetFromJsonAsync<int>($"http://127.0.0.1:{port}/count");

    public async Task ResetAsync() => (await http.GetAsync($"http://127.0.0.1:{port}/reset")).Dispose();

    public async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(process!);
        process!.Dispose();
        http.Dispose();
    }
}
