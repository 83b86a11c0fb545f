using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Bench.Peers;

/// <summary>The HTTP service that all .NET peers share.</summary>
internal static class PeerService
{
    /// <summary>Listens on 127.0.0.1:PORT, and logs nothing: a line per request or failed job would be measured with the peer.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT")}");
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PeerJson.Default));
        return builder;
    }

    /// <summary>Takes jobs until SIGTERM.</summary>
    /// <param name="isReady">Whether the peer takes jobs and delivers them.</param>
    /// <param name="enqueue">Ends once the peer's store has the job.</param>
    public static async Task RunAsync(this WebApplication app, Func<bool> isReady, Func<Guid, JobRequest, ValueTask> enqueue)
    {
        app.MapGet("/ready", StatusCodeHttpResult () => TypedResults.StatusCode(isReady() ? 200 : 503));
        app.MapPost("/jobs", async Task<Created<JobCreated>> (JobRequest job) =>
        {
            var id = Guid.NewGuid();
            await enqueue(id, job);
            return TypedResults.Created((string?)null, new JobCreated(id));
        });
        await app.RunAsync();
    }
}
