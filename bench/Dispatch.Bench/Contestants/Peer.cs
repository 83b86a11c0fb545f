using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Bench.Contestants;

/// <summary>What <c>bench/peers/peers.json</c> says of a peer.</summary>
/// <param name="Batches">Whether its library takes many jobs in one call, and the peer at <c>POST /jobs/batch</c>.</param>
/// <param name="Needs">The store's server: <c>redis</c>, <c>postgres</c>, or null for memory.</param>
/// <param name="Command">From <c>bench/peers</c>.</param>
/// <param name="Settings">Which settings its documentation advises.</param>
/// <param name="Cannot">Why it cannot do a row, by the row's name.</param>
/// <param name="Limits">What is to be known of a row that it does, by the row's name.</param>
internal sealed record PeerDescription(
    string Name, string Label, PeerVersion Version, bool Batches, string? Needs, string[] Command, string Settings,
    Dictionary<string, string> Cannot, Dictionary<string, string>? Limits)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Quirrel is a server with an API of its own; the others are libraries.</summary>
    public Peer Create() => Name == "quirrel" ? new QuirrelPeer(this) : new Peer(this);

    public static string Folder { get; } = Path.Combine(DispatchHosts.Top, "bench", "peers");

    public static IReadOnlyList<PeerDescription> All { get; } =
        JsonSerializer.Deserialize<PeerDescription[]>(File.ReadAllText(Path.Combine(Folder, "peers.json")), Web)!;
}

/// <summary>A package, and the file that names its version.</summary>
internal sealed record PeerVersion(string Of, string In)
{
    public override string ToString() =>
        Regex.Match(
            File.ReadAllText(Path.Combine(PeerDescription.Folder, In)),
            $"\"{Regex.Escape(Of)}\"(: \"| Version=\")(?<version>[^\"]+)").Groups["version"].Value;
}

/// <summary>Another library, behind an HTTP endpoint that takes the same body and hands it to the library.</summary>
internal class Peer(PeerDescription description) : Contestant
{
    private readonly int port = Ports.Free();
    private Process? process;
    private RedisStore? redis;
    private PostgresStore? postgres;

    public override string Name => description.Name;

    protected string Url => $"http://127.0.0.1:{port}";

    protected virtual string ReadyPath => "/ready";

    public override TimeSpan Cpu() => ProcessTree.Cpu(process!.Id) + (redis?.Cpu ?? TimeSpan.Zero) + (postgres?.Cpu() ?? TimeSpan.Zero);

    public override double Megabytes() => ProcessTree.Megabytes(process!.Id) + (redis?.Megabytes ?? 0);

    public override async Task<double?> DiskBytesAsync() =>
        redis is not null ? redis.DiskBytes : postgres is not null ? await postgres.DiskBytesAsync() : null;

    public override async Task<double?> StatementsAsync() =>
        redis is not null ? await redis.CommandsAsync() : postgres is not null ? await postgres.StatementsAsync() : null;

    public override async Task<TimeSpan> StartSchedulerAsync()
    {
        var watch = Stopwatch.StartNew();
        var program = description.Command[0].Contains('/')
            ? Path.Combine(PeerDescription.Folder, description.Command[0])
            : description.Command[0];
        var start = new ProcessStartInfo(program, description.Command[1..]) { WorkingDirectory = PeerDescription.Folder };
        start.Environment["PORT"] = $"{port}";
        if (redis is not null) start.Environment["REDIS_URL"] = redis.Url;
        if (postgres is not null) start.Environment["DATABASE_URL"] = postgres.Url;
        process = Process.Start(start)!;
        await Http.UntilItAnswersAsync(Url + ReadyPath, process);
        return watch.Elapsed;
    }

    public override Task KillSchedulerAsync() => ProcessTree.KillAsync(process!);

    public override async ValueTask DisposeAsync()
    {
        if (process is not null) await ProcessTree.KillAsync(process);
        process?.Dispose();
        if (redis is not null) await redis.DisposeAsync();
        if (postgres is not null) await postgres.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async Task StartStoreAsync()
    {
        if (description.Needs == "redis") redis = await RedisStore.StartAsync();
        if (description.Needs == "postgres") postgres = await PostgresStore.StartAsync();
    }

    /// <summary>Schedules so many jobs far ahead, a millisecond apart, as fast as the peer takes them: how is not measured.</summary>
    public async Task FillAsync(int jobs)
    {
        var dues = Enumerable.Range(0, jobs).Select(i => Clock.NowMs() + 86_400_000 + i);
        if (!description.Batches)
        {
            await PostAllAsync(dues);
            return;
        }

        await Parallel.ForEachAsync(
            dues.Chunk(1_000), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (batch, _) => await SendAsync(BatchRequest(Receiver.Url, batch)));
    }

    protected override HttpRequestMessage Request(string webhookUrl, long dueAtMs) =>
        new(HttpMethod.Post, $"{Url}/jobs") { Content = Json(JobText(webhookUrl, dueAtMs)) };

    protected virtual HttpRequestMessage BatchRequest(string webhookUrl, long[] dueAtMs) =>
        new(HttpMethod.Post, $"{Url}/jobs/batch")
        {
            Content = Json($"[{string.Join(',', dueAtMs.Select(due => JobText(webhookUrl, due)))}]")
        };
}
