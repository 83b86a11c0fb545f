using System.Diagnostics;
using System.Text.Json;

namespace Dispatch.Bench.Contestants;

/// <summary>A limit: an endpoint in a process like the host's that parses the body, stores nothing, and answers 201.</summary>
internal sealed class EmptyEndpoint : Contestant
{
    private readonly int port = Ports.Free();
    private Process? process;

    public override string Name => "empty Kestrel endpoint";

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
            await context.Response.WriteAsync($"{{\"status\":true,\"data\":{{\"id\":\"{Guid.CreateVersion7()}\",\"title\":\"{body.RootElement.GetProperty("title").GetString()}\"}}}}");
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
        process = Process.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Dispatch.Bench.dll"), "endpoint", $"{port}"]);
        await Http.UntilItAnswersAsync($"http://127.0.0.1:{port}/ready", process);
        return watch.Elapsed;
    }

    public override Task KillSchedulerAsync() => ProcessTree.KillAsync(process!);

    public override async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(process!);
        process!.Dispose();
        await base.DisposeAsync();
    }

    protected override Task StartStoreAsync() => Task.CompletedTask;

    protected override HttpRequestMessage Request(string webhookUrl, long dueAtMs) => new(HttpMethod.Post, $"http://127.0.0.1:{port}/jobs") { Content = JobBody(webhookUrl, dueAtMs) };
}
