using Dispatch.Fairness;
using Dispatch.Reading;
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
        var reads = api.MapGroup("/dashboard").WithTags("Dashboard").Needs(Schemes.Bearer);

        reads.MapGet("/overview", OverviewAsync).WithName("getOverview")
            .WithSummary("Figures of the last 24 hours and of the next one").Reads(ReadKind.List);

        reads.MapGet("/projects", CardsAsync).WithName("listProjectCards")
            .WithSummary("The account's projects with their jobs counted by status").Reads(ReadKind.Small);

        reads.MapGet("/projects/{id}", CardAsync).WithName("getProjectCard").WithSummary("A project with its jobs counted by status")
            .Fails(404, "not_found").Reads(ReadKind.Small);

        reads.MapGet("/jobs", GridAsync).WithName("searchJobs").WithSummary("Search the account's jobs, newest first")
            .WithDescription(
                "A text search looks at the newest jobs first and stops after a fraction of a second; "
                + "`searchedSince` says how far back it got. Asked again, it goes on from there.")
            .Query(GridQuery.Parameters)
            .Fails(
                400, "status_invalid", "page_invalid", "limit_invalid", "search_too_long", "from_invalid", "to_invalid",
                "unknown_parameter", "duplicate_parameter")
            .Fails(404, "not_found").Reads(request => GridQuery.KindOf(request.Query["search"]));

        reads.MapGet("/jobs/{id}", JobAsync).WithName("viewJob").WithSummary("A job with its attempts and its last request as it was sent")
            .Fails(404, "not_found").Reads(ReadKind.Job);

        var jobs = api.MapGroup("/projects/{id}/jobs").WithTags("Dashboard").Needs(Schemes.Bearer).Fails(404, "not_found");

        jobs.MapPost("", ScheduleAsync).WithName("scheduleJobOfProject").WithSummary("Schedule a job in a project, without a key")
            .Takes(typeof(JobRequest)).Fails(400, JobRequestReader.Errors).Fails(413, "payload_too_large")
            .Fails(503, "busy");

        jobs.MapDelete("/{jobId}", CancelAsync).WithName("cancelJobOfProject").WithSummary("Cancel a job of a project, without a key")
            .Fails(400, "job_not_scheduled");
    }

    private static async Task<Ok<Envelope<Overview>>> OverviewAsync(
        Caller caller, DashboardService dashboard, CancellationToken cancellation) =>
        Responses.Ok("Overview fetched successfully", await dashboard.OverviewAsync(caller.AccountId, cancellation));

    private static async Task<Ok<Envelope<ProjectCards>>> CardsAsync(
        Caller caller, DashboardService dashboard, CancellationToken cancellation) =>
        Responses.Ok("Projects fetched successfully", await dashboard.CardsAsync(caller.AccountId, cancellation));

    private static async Task<Results<Ok<Envelope<ProjectCard>>, Failure>> CardAsync(
        string id, Caller caller, DashboardService dashboard, CancellationToken cancellation) =>
        Answer("Project fetched successfully", await dashboard.CardAsync(caller.AccountId, RouteId.Parse(id), cancellation));

    private static async Task<Results<Ok<Envelope<JobGrid>>, Failure>> GridAsync(
        HttpRequest request, Caller caller, DashboardService dashboard, CancellationToken cancellation)
    {
        var (filter, failure) = GridQuery.Read(request.Query);
        return filter is null
            ? failure!
            : Answer("Jobs fetched successfully", await dashboard.GridAsync(caller.AccountId, filter, cancellation));
    }

    private static async Task<Results<Ok<Envelope<JobView>>, Failure>> JobAsync(
        string id, Caller caller, DashboardService dashboard, CancellationToken cancellation) =>
        Answer("Job fetched successfully", await dashboard.JobAsync(caller.AccountId, RouteId.Parse(id), cancellation));

    private static Results<Ok<Envelope<T>>, Failure> Answer<T>(string message, Parsed<T> found) where T : class =>
        found.Value is { } data ? Responses.Ok(message, data) : found.Failure!;

    private static async Task<Results<Created<Envelope<JobDto>>, Failure>> ScheduleAsync(
        string id, HttpRequest request, Caller caller, JobRequestReader reader, JobBodyLimit bodies, DashboardService dashboard,
        CancellationToken cancellation)
    {
        using var room = await bodies.ReserveAsync(request, new Share(caller.AccountId, RouteId.Parse(id), ""));
        if (room is null) return JobBodyLimit.Busy;

        var (draft, invalid) = await reader.ReadAsync(request);
        if (draft is null) return invalid!;
        var (job, failure) = await dashboard.ScheduleAsync(caller.AccountId, RouteId.Parse(id), draft, cancellation);
        return job is null ? failure! : Responses.Created($"/api/v1/jobs/{job.Id}", JobsApi.Scheduled, job);
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> CancelAsync(
        string id, string jobId, Caller caller, DashboardService dashboard) =>
        await dashboard.CancelAsync(caller.AccountId, RouteId.Parse(id), RouteId.Parse(jobId)) is { } failure
            ? failure
            : Responses.Done(JobsApi.Cancelled);
}
