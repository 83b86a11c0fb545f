using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Bench;

/// <summary>Fresh hosts on a fresh database and a receiver, each a process of its own; used through the public API only.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-bench-").FullName;
    private readonly List<Process> processes = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromMinutes(2) };
    private readonly List<(int Port, Process? Process)> hosts = [];
    private readonly int receiverPort = FreePort();
    private readonly HttpClient person = new() { Timeout = TimeSpan.FromMinutes(2) };
    private PostgresServer? postgres;
    private string token = "";
    private int turn;

    /// <summary>On PostgreSQL with full durability, rather than on SQLite.</summary>
    public static bool OnPostgres { get; set; }

    public PostgresServer? Postgres => postgres;

    public string ProjectId { get; private set; } = "";

    public string HookUrl => $"http://127.0.0.1:{receiverPort}/hook";

    private string Api => ApiOf(0);

    private string ApiOf(int host) => $"http://127.0.0.1:{hosts[host].Port}/api/v1";

    public static async Task<Rig> StartAsync(int hosts = 1)
    {
        var rig = new Rig();
        if (OnPostgres) await (rig.postgres = await PostgresServer.StartAsync("shared_buffers=256MB", "max_wal_size=4GB")).CreateDatabaseAsync("dispatch");
        rig.Start(Path.Combine(AppContext.BaseDirectory, "Dispatch.Bench.dll"), "receiver", rig.receiverPort.ToString());
        for (var host = 0; host < hosts; host++)
        {
            rig.hosts.Add((FreePort(), null));
            await rig.StartHostAsync(host);
        }

        await rig.SignUpAsync();
        return rig;
    }

    /// <summary>Starts the host and waits until it is ready; returns how long that took.</summary>
    public async Task<TimeSpan> StartHostAsync(int at = 0)
    {
        var port = hosts[at].Port;
        var watch = Stopwatch.StartNew();
        var dll = Path.Combine(AppContext.BaseDirectory.Replace(Path.Combine("bench", "Dispatch.Bench"), "Dispatch.Web"), "Dispatch.Web.dll");
        string[] database = postgres is null ? [] : ["--Database:Provider=Postgres", $"--Database:ConnectionString={postgres.ConnectionString("dispatch")}"];
        var host = Start(
            dll, [$"--contentRoot={folder}", $"--urls=http://127.0.0.1:{port}", "--Delivery:AllowedNetworks=127.0.0.0/8", "--Logging:LogLevel:Default=Warning", .. database]);
        hosts[at] = (port, host);
        while (!await AnswersAsync($"http://127.0.0.1:{port}/health/ready"))
        {
            if (host.HasExited) throw new InvalidOperationException($"The host ended with {host.ExitCode}.");
            await Task.Delay(10);
        }

        return watch.Elapsed;
    }

    public async Task KillHostAsync(int at = 0)
    {
        hosts[at].Process!.Kill();
        await hosts[at].Process!.WaitForExitAsync();
    }

    /// <summary>Schedules one job, at the hosts in turns; its payload carries the due time for the receiver. Throws unless the answer is 201.</summary>
    /// <param name="at">The only host to ask; null: each in its turn.</param>
    public async Task PostAsync(long dueAtMs, int? at = null)
    {
        var fireAt = DateTimeOffset.FromUnixTimeMilliseconds(dueAtMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        var body = $$$"""{"title":"bench","webhookUrl":"{{{HookUrl}}}","fireAt":"{{{fireAt}}}","payload":{"at":{{{dueAtMs}}},"userId":"usr_812","plan":"pro"}}""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync($"{ApiOf(at ?? (int)((uint)Interlocked.Increment(ref turn) % hosts.Count))}/jobs", content);
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

    /// <summary>How late arrived what was due in that time (ms since the Unix epoch, UTC), in words.</summary>
    public Task<string> LatenessAsync(long from, long until) => http.GetStringAsync($"http://127.0.0.1:{receiverPort}/lateness?from={from}&until={until}");

    public Task ResetAsync() => http.GetAsync($"http://127.0.0.1:{receiverPort}/reset");

    /// <summary>What the database takes on the disk.</summary>
    public async Task<double> DatabaseMegabytesAsync() => postgres is null
        ? new FileInfo(Path.Combine(folder, "data", "dispatch.db")).Length / 1048576.0
        : await QueryAsync("SELECT pg_database_size('dispatch')") / 1048576.0;

    /// <summary>Asks PostgreSQL for lines of text.</summary>
    public async Task<IReadOnlyList<string>> QueryTextAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres!.ConnectionString("dispatch"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }

    /// <summary>Asks PostgreSQL for one number.</summary>
    public async Task<double> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres!.ConnectionString("dispatch"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? Convert.ToDouble(value) : 0;
    }

    /// <summary>The host's resident memory in MB.</summary>
    public double HostMegabytes()
    {
        hosts[0].Process!.Refresh();
        return hosts[0].Process!.WorkingSet64 / 1048576.0;
    }

    /// <summary>The processor time of all living hosts so far.</summary>
    public TimeSpan HostCpu() => hosts.Where(host => !host.Process!.HasExited).Aggregate(TimeSpan.Zero, (sum, host) =>
    {
        host.Process!.Refresh();
        return sum + host.Process.TotalProcessorTime;
    });

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Where(p => !p.HasExited))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        if (postgres is not null) await postgres.DisposeAsync();
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
