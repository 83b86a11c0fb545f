using Dispatch.Fairness;
using Dispatch.Jobs;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Api;

/// <summary>Schedule, cancel and watch jobs.</summary>
internal static class JobsApi
{
    public const string Scheduled = "Job scheduled successfully";
    public const string Cancelled = "Job cancelled successfully";

    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");

        jobs.MapPost("", ScheduleAsync).WithName("scheduleJob").WithSummary("Schedule a job")
            .WithDescription("Stores the job durably and delivers it at `fireAt`. 201 means that it survives a crash right after.")
            .Needs(Schemes.ApiKey).Takes(typeof(JobRequest))
            .Fails(400, JobRequestReader.Errors)
            .Fails(413, "payload_too_large").Fails(503, "busy");

        jobs.MapDelete("/{id}", CancelAsync).WithName("cancelJob").WithSummary("Cancel a job")
            .WithDescription("Only a job that is SCHEDULED can be cancelled; after 200 it is never delivered.")
            .Needs(Schemes.ApiKey).Fails(400, "job_not_scheduled").Fails(404, "not_found");

        jobs.MapGet("", ListAsync).WithName("listJobs").WithSummary("List jobs, newest first")
            .WithDescription("All jobs of the signed-in account, or of the key's project. When both credentials are sent, the key counts.")
            .Needs(Schemes.BearerOrApiKey).Query(JobListQuery.Parameters)
            .Fails(400, "status_invalid", "page_invalid", "limit_invalid", "unknown_parameter", "duplicate_parameter")
            .Fails(404, "not_found").Reads(ReadKind.List);

        jobs.MapGet("/{id}", GetAsync).WithName("getJob").WithSummary("Get a job with its attempts")
            .WithDescription("The job with its project and its log, newest attempt first.")
            .Needs(Schemes.BearerOrApiKey).Fails(404, "not_found").Reads(ReadKind.Job);
    }

    private static async Task<Results<Created<Envelope<JobDto>>, Failure>> ScheduleAsync(
        HttpRequest request, Caller caller, JobRequestReader reader, JobBodyLimit bodies, JobService jobs, ApiKeyStore keys)
    {
        using var room = await bodies.ReserveAsync(request, new Share(caller.AccountId, caller.ProjectId!.Value, ""));
        if (room is null) return JobBodyLimit.Busy;

        var (draft, failure) = await reader.ReadAsync(request);
        // Nothing is stored that would look at the key once more, and another host may have revoked it.
        if (draft is null)
            return await keys.IsThereAsync(caller.KeyId!.Value, request.HttpContext.RequestAborted)
                ? failure!
                : ApiKeyHandler.Refuse(request);

        (draft.AccountId, draft.ProjectId) = (caller.AccountId, caller.ProjectId!.Value);
        var job = await jobs.ScheduleAsync(draft, caller.KeyId);
        return job is null
            ? ApiKeyHandler.Refuse(request)   // revoked since it was looked up
            : Responses.Created($"/api/v1/jobs/{job.Id}", Scheduled, job.ToDto());
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> CancelAsync(string id, Caller caller, JobService jobs)
    {
        var outcome = await jobs.CancelAsync(caller.AccountId, caller.ProjectId!.Value, RouteId.Parse(id));
        return Refusal(outcome) is { } refusal ? refusal : Responses.Done(Cancelled);
    }

    /// <summary>Why a cancellation was refused; null where it was not.</summary>
    public static Failure? Refusal(CancelOutcome outcome) => outcome switch
    {
        CancelOutcome.Cancelled => null,
        CancelOutcome.NotScheduled => Failure.BadRequest("job_not_scheduled", "Only scheduled jobs can be cancelled"),
        CancelOutcome.NotFound => Failure.NotFound("Job"),
    };

    private static async Task<Results<Ok<Envelope<JobList>>, Failure>> ListAsync(
        HttpRequest request, Caller caller, JobQueries jobs, CancellationToken cancellation)
    {
        var (filter, failure) = JobListQuery.Read(request.Query);
        if (filter is null) return failure!;

        return await jobs.ListAsync(Scope(caller), filter, cancellation) is { } page
            ? Responses.Ok("Jobs fetched successfully", page.ToList(filter))
            : Failure.NotFound("Project");
    }

    private static async Task<Results<Ok<Envelope<JobDetails>>, Failure>> GetAsync(
        string id, Caller caller, JobQueries jobs, CancellationToken cancellation) =>
        await jobs.FindAsync(Scope(caller), RouteId.Parse(id), cancellation) is var (job, history)
            ? Responses.Ok("Job fetched successfully", job.ToDetails(history))
            : Failure.NotFound("Job");

    private static JobScope Scope(Caller caller) => new(caller.AccountId, caller.ProjectId);
}
