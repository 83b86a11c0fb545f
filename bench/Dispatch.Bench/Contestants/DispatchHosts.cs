using System.Diagnostics;
using System.Net.Http.Headers;
using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Bench.Contestants;

/// <summary>Dispatch with default settings, on a SQLite file or on PostgreSQL; several hosts where a scenario asks for them.</summary>
/// <param name="seed">A filled store to begin with; null: an empty one.</param>
/// <param name="relay">Stands between the hosts and PostgreSQL; ends with them.</param>
internal sealed class DispatchHosts(bool onPostgres, int count = 1, Seed? seed = null, int connections = 64, DelayingRelay? relay = null)
    : Contestant(connections)
{
    private const string Email = "bench@example.com";
    private const string Password = "correct horse battery";

    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-bench-").FullName;
    private readonly Process?[] hosts = new Process?[count];
    private readonly int[] ports = [.. Enumerable.Range(0, count).Select(_ => Ports.Free())];
    private readonly HttpClient person = new() { Timeout = TimeSpan.FromMinutes(2) };
    private int turn;

    public override string Name => onPostgres ? "dispatch-postgres" : "dispatch-sqlite";

    public PostgresStore? Postgres { get; private set; }

    public DelayingRelay? Relay => relay;

    /// <summary>How each host's process is started.</summary>
    public HostCommand Command { get; init; } = new();

    /// <summary>Of PostgreSQL behind the relay, where there is one.</summary>
    public string RelayedConnectionString => relay is null
        ? Postgres!.ConnectionString
        : new NpgsqlConnectionStringBuilder(Postgres!.ConnectionString) { Port = relay.Port }.ConnectionString;

    /// <summary>On the disk that holds SQLite's files; ends with the contestant.</summary>
    public string Folder => folder;

    public string SqliteLogFile => DatabaseFile + "-wal";

    public string ProjectId { get; private set; } = "";

    public string Url => $"http://127.0.0.1:{ports[0]}";

    private string DatabaseFile => Path.Combine(folder, "data", "dispatch.db");

    public static string Top { get; } = FindTop();

    /// <summary>
    /// What differs from the defaults: the receiver is on this machine, and a line of log for each delivery is not what is measured.
    /// </summary>
    public static IReadOnlyList<string> Settings { get; } = ["--Delivery:AllowedNetworks=127.0.0.0/8", "--Logging:LogLevel:Default=Error"];

    public override TimeSpan Cpu() => Living.Aggregate(Postgres?.Cpu() ?? TimeSpan.Zero, (sum, host) => sum + ProcessTree.Cpu(host.Id));

    /// <summary>Of the hosts alone.</summary>
    public TimeSpan HostCpu() => Cpu() - (Postgres?.Cpu() ?? TimeSpan.Zero);

    /// <summary>Of the hosts alone: what PostgreSQL takes is the cache it was given.</summary>
    public override double Megabytes() => Living.Sum(host => ProcessTree.Megabytes(host.Id));

    public override async Task<double?> DiskBytesAsync() =>
        Postgres is null ? new FileInfo(DatabaseFile).Length : await Postgres.DiskBytesAsync();

    public override async Task<double?> StatementsAsync() => Postgres is null ? null : await Postgres.StatementsAsync();

    public override async Task<TimeSpan> StartSchedulerAsync()
    {
        var watch = Stopwatch.StartNew();
        for (var at = 0; at < hosts.Length; at++) await StartHostAsync(at);
        return watch.Elapsed;
    }

    public override async Task KillSchedulerAsync()
    {
        for (var at = 0; at < hosts.Length; at++) await KillHostAsync(at);
    }

    public Task KillHostAsync(int at) => ProcessTree.KillAsync(hosts[at]!);

    /// <summary>Schedules one job; its id.</summary>
    public async Task<Guid> PostForIdAsync(long dueAtMs)
    {
        using var request = Request(Receiver.Url, dueAtMs);
        using var response = await Http.SendAsync(request);
        return (await response.DataAsync()).GetProperty("id").GetGuid();
    }

    /// <summary>How long a read below <c>/api/v1/</c> takes, by the project's key or by the account's bearer token.</summary>
    public async Task<double> ReadMsAsync(string path, bool asPerson)
    {
        var watch = Stopwatch.StartNew();
        using var response = await (asPerson ? person : Http).GetAsync($"{Url}/api/v1/{path}");
        response.EnsureSuccessStatusCode();
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>Calls the newest jobs off.</summary>
    public async Task CancelNewestAsync(int jobs)
    {
        var page = await (await Http.GetAsync($"{Url}/api/v1/jobs?limit={jobs}")).DataAsync();
        foreach (var job in page.GetProperty("jobs").EnumerateArray())
        {
            using var response = await Http.DeleteAsync($"{Url}/api/v1/jobs/{job.GetProperty("id").GetString()}");
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>An account's e-mail and password, for the pages.</summary>
    public static (string Email, string Password) Person => (Email, Password);

    /// <summary>Copies what is stored so that further contestants can begin with it; the hosts must have ended.</summary>
    public async Task<Seed> BecomeSeedAsync()
    {
        if (Postgres is { } store)
        {
            Postgres = null;   // it stays with the seed
            return new Seed(null, store);
        }

        var copy = Directory.CreateTempSubdirectory("dispatch-bench-seed-").FullName;
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(DatabaseFile)!)) await CopyAsync(
            file, Path.Combine(copy, Path.GetFileName(file)));
        return new Seed(copy, null);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var host in hosts.OfType<Process>())
        {
            await ProcessTree.KillAsync(host);
            host.Dispose();
        }

        relay?.Dispose();
        Command.Names?.Dispose();
        if (Postgres is not null) await Postgres.DisposeAsync();
        person.Dispose();
        await base.DisposeAsync();
        new MemoryGroup(folder).Remove();
        Directory.Delete(folder, recursive: true);
    }

    protected override async Task StartStoreAsync()
    {
        if (onPostgres) Postgres = seed?.Postgres is { } filled ? await filled.CopyAsync() : await PostgresStore.StartAsync();
        if (Postgres is not null) relay?.Start(Postgres.Port);
        if (seed?.Folder is not { } source) return;

        Directory.CreateDirectory(Path.GetDirectoryName(DatabaseFile)!);
        foreach (var file in Directory.GetFiles(source)) await CopyAsync(
            file, Path.Combine(Path.GetDirectoryName(DatabaseFile)!, Path.GetFileName(file)));
    }

    protected override async Task StartedAsync()
    {
        var account = await Http.PostAsJsonAsync(
            $"{Url}/api/v1/auth/{(seed is null ? "register" : "login")}", new { email = Email, password = Password });
        var token = (await account.DataAsync()).GetProperty("token").GetString()!;
        person.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (seed is null)
        {
            await person.PostAsJsonAsync($"{Url}/api/v1/projects", new { name = "bench" });
            await person.PostAsJsonAsync(
                $"{Url}/api/v1/projects", new { name = "another, so that the account is more than its one project" });
        }

        var projects = await (await person.GetAsync($"{Url}/api/v1/projects")).DataAsync();
        ProjectId = projects.GetProperty("projects").EnumerateArray()
            .Single(project => project.GetProperty("name").GetString() == "bench").GetProperty("id").GetString()!;
        var key = await (await person.PostAsJsonAsync($"{Url}/api/v1/projects/{ProjectId}/keys", new { label = "bench" })).DataAsync();
        Http.DefaultRequestHeaders.Add("x-api-key", key.GetProperty("key").GetString());
    }

    protected override HttpRequestMessage Request(string webhookUrl, long dueAtMs) =>
        new(HttpMethod.Post, $"http://127.0.0.1:{ports[(int)((uint)Interlocked.Increment(ref turn) % ports.Length)]}/api/v1/jobs")
        {
            Content = Json(JobText(webhookUrl, dueAtMs))
        };

    private IEnumerable<Process> Living => hosts.OfType<Process>().Where(host => !host.HasExited);

    private async Task StartHostAsync(int at)
    {
        string[] database = Postgres is null
            ? []
            : ["--Database:Provider=Postgres", $"--Database:ConnectionString={RelayedConnectionString}"];
        var start = Command.Create(
            [$"--contentRoot={folder}", $"--urls=http://127.0.0.1:{ports[at]}", .. Settings, .. database], folder);
        // A temporary folder of its own, as several hosts have on several machines: else one knows at once that another was killed.
        start.Environment["TMPDIR"] = Directory.CreateDirectory(Path.Combine(folder, $"{at}")).FullName;
        hosts[at] = Process.Start(start);
        await Http.UntilItAnswersAsync($"http://127.0.0.1:{ports[at]}/health/ready", hosts[at]!);
    }

    private static async Task CopyAsync(string from, string to)
    {
        await using var source = File.OpenRead(from);
        await using var target = File.Create(to);
        await source.CopyToAsync(target);
    }

    private static string FindTop()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Dispatch.sln"))) folder = Path.GetDirectoryName(folder)
            ?? throw new InvalidOperationException("The bench is not below Dispatch.sln.");
        return folder;
    }
}
