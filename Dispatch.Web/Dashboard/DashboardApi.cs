using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Dashboard;

/// <summary>The calls of the dashboard that are not part of what programs need; anyone with a session may use them.</summary>
internal static class DashboardApi
{
    public static void MapDashboard(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/projects/{id}/jobs").WithTags("Dashboard").Needs(Schemes.Bearer).Fails(404, "not_found");

        jobs.MapPost("", ScheduleAsync).WithName("scheduleJobOfProject").WithSummary("Schedule a job in a project, without a key")
            .Takes(typeof(JobRequest)).Fails(400, JobsApi.RequestErrors).Fails(413, "payload_too_large");

        jobs.MapDelete("/{jobId}", CancelAsync).WithName("cancelJobOfProject").WithSummary("Cancel a job of a project, without a key")
            .Fails(400, "job_not_scheduled");
    }

    private static async Task<Results<Created<Envelope<JobDto>>, Failure>> ScheduleAsync(
        string id, HttpRequest request, Caller caller, JobRequestReader reader, DashboardDesk desk, CancellationToken cancellation)
    {
        var (draft, invalid) = await reader.ReadAsync(request);
        if (draft is null) return invalid!;
        var (job, failure) = await desk.ScheduleAsync(caller.AccountId, RouteId.Parse(id), draft, cancellation);
        return job is null ? failure! : Answers.Created($"/api/v1/jobs/{job.Id}", JobsApi.Scheduled, job);
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> CancelAsync(string id, string jobId, Caller caller, DashboardDesk desk) =>
        await desk.CancelAsync(caller.AccountId, RouteId.Parse(id), RouteId.Parse(jobId)) is { } failure ? failure : Answers.Done(JobsApi.Cancelled);
}
