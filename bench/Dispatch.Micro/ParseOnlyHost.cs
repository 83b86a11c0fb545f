using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Web;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dispatch.Micro;

/// <summary>
/// What the row <c>accept</c> is compared with: Dispatch's own host with one endpoint more, which checks a body as <c>POST /jobs</c> does
/// and answers the same 201, but asks for no key and stores nothing.
/// </summary>
internal static class ParseOnlyHost
{
    public const string Command = "parse-only";

    /// <summary>Runs until the process is ended.</summary>
    /// <param name="args">As for Dispatch.Web.</param>
    public static async Task RunAsync(string[] args)
    {
        await using var app = await DispatchHost.CreateAsync(args);
        app.MapPost("/api/v1/parse-only", async (HttpRequest request, JobRequestReader reader, TimeProvider clock) =>
        {
            var (draft, failure) = await reader.ReadAsync(request);
            return draft is null ? (IResult)failure! : Responses.Created("/", JobsApi.Scheduled, Accepted(draft, clock.NowMs()).ToDto());
        });
        await app.RunAsync();
    }

    private static Job Accepted(Job job, long now)
    {
        (job.Id, job.NextAttemptAt, job.CreatedAt, job.UpdatedAt) = (Guid.CreateVersion7(), job.FireAt, now, now);
        return job;
    }
}
