using System.Diagnostics;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// A limit: an endpoint that parses the body, stores nothing, and answers 201; alone, or in Dispatch's own host behind all that stands
/// before its API.
/// </summary>
internal sealed class EmptyEndpoint(bool inDispatch) : Contestant
{
    public const string Alone = "empty Kestrel endpoint";
    public const string InDispatch = "endpoint of the same host that only parses";

    private readonly int port = Ports.Free();
    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-bench-endpoint-").FullName;
    private Process? process;

    public override string Name => inDispatch ? InDispatch : Alone;

    private string[] Command => inDispatch
        ? [
            Path.Combine(DispatchHosts.Top, "bench", "Dispatch.Micro", "bin", "Release", "net10.0", "Dispatch.Micro.dll"),
            "parse-only", $"--contentRoot={folder}", $"--urls=http://127.0.0.1:{port}", .. DispatchHosts.Settings
        ]
        : [Path.Combine(AppContext.BaseDirectory, "Dispatch.Bench.dll"), "endpoint", $"{port}"];

    /// <summary>The process itself.</summary>
    public static async Task RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapGet("/ready", () => "yes");
        app.MapPost("/jobs", async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            context.Response.StatusCode = 201;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                $"{{\"status\":true,\"data\":{{\"id\":\"{Guid.CreateVersion7()}\","
                    + $"\"title\":\"{body.RootElement.GetProperty("title").GetString()}\"}}}}");
        });
        await app.RunAsync();
    }

    public override TimeSpan Cpu() => ProcessTree.Cpu(process!.Id);

    public override double Megabytes() => ProcessTree.Megabytes(process!.Id);

    public override Task<double?> DiskBytesAsync() => Task.FromResult<double?>(null);

    public override Task<double?> StatementsAsync() => Task.FromResult<double?>(null);

    public override async Task<TimeSpan> StartSchedulerAsync()
    {
        var watch = Stopwatch.StartNew();
        process = Process.Start("dotnet", Command);
        await Http.UntilItAnswersAsync($"http://127.0.0.1:{port}/{(inDispatch ? "health/ready" : "ready")}", process);
        return watch.Elapsed;
    }

    public override Task KillSchedulerAsync() => ProcessTree.KillAsync(process!);

    public override async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(process!);
        process!.Dispose();
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override Task StartStoreAsync() => Task.CompletedTask;

    protected override HttpRequestMessage Request(string webhookUrl, long dueAtMs) =>
        new(HttpMethod.Post, $"http://127.0.0.1:{port}/{(inDispatch ? "api/v1/parse-only" : "jobs")}")
        {
            Content = Json(JobText(webhookUrl, dueAtMs))
        };
}
