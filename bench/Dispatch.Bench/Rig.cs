using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Dispatch.Bench;

/// <summary>A fresh host on a fresh SQLite file and a receiver, each a process of its own; used through the public API only.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-bench-").FullName;
    private readonly List<Process> processes = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromMinutes(2) };
    private readonly int hostPort = FreePort();
    private readonly int receiverPort = FreePort();
    private readonly HttpClient person = new() { Timeout = TimeSpan.FromMinutes(2) };
    private Process? host;
    private string token = "";

    public string ProjectId { get; private set; } = "";

    public string HookUrl => $"http://127.0.0.1:{receiverPort}/hook";

    public string DatabaseFile => Path.Combine(folder, "data", "dispatch.db");

    private string Api => $"http://127.0.0.1:{hostPort}/api/v1";

    public static async Task<Rig> StartAsync()
    {
        var rig = new Rig();
        rig.Start(Path.Combine(AppContext.BaseDirectory, "Dispatch.Bench.dll"), "receiver", rig.receiverPort.ToString());
        await rig.StartHostAsync();
        await rig.SignUpAsync();
        return rig;
    }

    /// <summary>Starts the host and waits until it is ready; returns how long that took.</summary>
    public async Task<TimeSpan> StartHostAsync()
    {
        var watch = Stopwatch.StartNew();
        var dll = Path.Combine(AppContext.BaseDirectory.Replace(Path.Combine("bench", "Dispatch.Bench"), "Dispatch.Web"), "Dispatch.Web.dll");
        host = Start(dll, $"--contentRoot={folder}", $"--urls=http://127.0.0.1:{hostPort}", "--Delivery:AllowedNetworks=127.0.0.0/8", "--Logging:LogLevel:Default=Warning");
        while (!await AnswersAsync($"http://127.0.0.1:{hostPort}/health/ready"))
        {
            if (host.HasExited) throw new InvalidOperationException($"The host ended with {host.ExitCode}.");
            await Task.Delay(10);
        }

        return watch.Elapsed;
    }

    public async Task KillHostAsync()
    {
        host!.Kill();
        await host.WaitForExitAsync();
    }

    /// <summary>Schedules one job; its payload carries the due time for the receiver. Throws unless the answer is 201.</summary>
    public async Task PostAsync(long dueAtMs)
    {
        var fireAt = DateTimeOffset.FromUnixTimeMilliseconds(dueAtMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        var body = $$$"""{"title":"bench","webhookUrl":"{{{HookUrl}}}","fireAt":"{{{fireAt}}}","payload":{"at":{{{dueAtMs}}},"userId":"usr_812","plan":"pro"}}""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync($"{Api}/jobs", content);
        if ((int)response.StatusCode != 201) throw new InvalidOperationException($"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>How long a read takes, in milliseconds.</summary>
    /// <param name="path">Below <c>/api/v1/</c>.</param>
    /// <param name="asPerson">With the bearer token of the account, rather than with the project's key.</param>
    public async Task<double> ReadAsync(string path, bool asPerson = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Api}/{path}");
        if (asPerson) request.Headers.Authorization = new("Bearer", token);
        var watch = Stopwatch.StartNew();
        using var response = await (asPerson ? person : http).SendAsync(request);
        response.EnsureSuccessStatusCode();
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>Calls the newest jobs off.</summary>
    public async Task CancelNewestAsync(int count)
    {
        var page = await DataAsync(await http.GetAsync($"{Api}/jobs?limit={count}"));
        foreach (var job in page.GetProperty("jobs").EnumerateArray())
        {
            using var response = await http.DeleteAsync($"{Api}/jobs/{job.GetProperty("id").GetString()}");
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Schedules the jobs over 64 connections.</summary>
    public Task PostAllAsync(IEnumerable<long> dueAtMs) =>
        Parallel.ForEachAsync(dueAtMs, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (due, _) => await PostAsync(due));

    /// <summary>Sends bodies like a delivery's straight to the receiver, 256 at a time.</summary>
    public async Task SendBareAsync(int count)
    {
        using var bare = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, MaxConnectionsPerServer = 256 });
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (_, cancellation) =>
        {
            var now = DateTimeOffset.UtcNow;
            var body = $$$"""{"jobId":"{{{Guid.CreateVersion7()}}}","title":"bench","payload":{"at":{{{now.ToUnixTimeMilliseconds()}}},"userId":"usr_812","plan":"pro"},"firedAt":"{{{now:yyyy-MM-ddTHH:mm:ss.fffZ}}}"}""";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await bare.PostAsync(HookUrl, content, cancellation);
        });
    }

    /// <summary>Waits until so many webhooks have arrived, then reports.</summary>
    public async Task<Report> ReportAsync(int count, TimeSpan limit)
    {
        var until = DateTime.UtcNow + limit;
        while (DateTime.UtcNow < until && await http.GetFromJsonAsync<int>($"http://127.0.0.1:{receiverPort}/count") < count) await Task.Delay(200);
        await Task.Delay(500);   // a duplicate would come now
        return (await http.GetFromJsonAsync<Report>($"http://127.0.0.1:{receiverPort}/report"))!;
    }

    public Task ResetAsync() => http.GetAsync($"http://127.0.0.1:{receiverPort}/reset");

    /// <summary>The host's resident memory in MB.</summary>
    public double HostMegabytes()
    {
        host!.Refresh();
        return host.WorkingSet64 / 1048576.0;
    }

    /// <summary>The host's processor time so far.</summary>
    public TimeSpan HostCpu()
    {
        host!.Refresh();
        return host.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Where(p => !p.HasExited))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        http.Dispose();
        person.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task SignUpAsync()
    {
        var account = await http.PostAsJsonAsync($"{Api}/auth/register", new { email = "bench@example.com", password = "correct horse battery" });
        token = (await DataAsync(account)).GetProperty("token").GetString()!;
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        ProjectId = (await DataAsync(await http.PostAsJsonAsync($"{Api}/projects", new { name = "bench" }))).GetProperty("id").GetString()!;
        await http.PostAsJsonAsync($"{Api}/projects", new { name = "another, so that the account is more than its one project" });
        var key = (await DataAsync(await http.PostAsJsonAsync($"{Api}/projects/{ProjectId}/keys", new { label = "bench" }))).GetProperty("key").GetString();
        http.DefaultRequestHeaders.Authorization = null;
        http.DefaultRequestHeaders.Add("x-api-key", key);
    }

    private static async Task<JsonElement> DataAsync(HttpResponseMessage response) =>
        (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data");

    private Process Start(string dll, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [dll, .. arguments]))!;
        processes.Add(process);
        return process;
    }

    private async Task<bool> AnswersAsync(string url)
    {
        try
        {
            return (await http.GetAsync(url)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
