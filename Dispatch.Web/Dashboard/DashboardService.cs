using System.Text;
using Dispatch.Jobs;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Settings;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Dashboard;

/// <summary>
/// Answers the dashboard's questions beyond the public API, once for both ways to it: the circuit in the process, and
/// <see cref="DashboardApi"/>.
/// </summary>
internal sealed class DashboardService(
    JobService jobs, ProjectStore projects, JobRequestReader reader, OverviewQueries overviews, ProjectCardQueries cards,
    JobGridQueries grids, JobViewQueries views, DeliveryOptions options)
{
    public async Task<Overview> OverviewAsync(Guid accountId, CancellationToken cancellation) =>
        (await overviews.ReadAsync(accountId, cancellation)).ToDto();

    public async Task<ProjectCards> CardsAsync(Guid accountId, CancellationToken cancellation) =>
        (await cards.ListAsync(accountId, cancellation)).ToDto();

    public async Task<Parsed<ProjectCard>> CardAsync(Guid accountId, Guid projectId, CancellationToken cancellation) =>
        await cards.FindAsync(accountId, projectId, cancellation) is { } card ? card.ToDto() : Failure.NotFound("Project");

    public async Task<Parsed<JobGrid>> GridAsync(Guid accountId, GridFilter filter, CancellationToken cancellation) =>
        await grids.ReadAsync(accountId, filter, cancellation) is { } page ? page.ToDto() : Failure.NotFound("Project");

    public async Task<Parsed<JobView>> JobAsync(Guid accountId, Guid jobId, CancellationToken cancellation) =>
        await views.FindAsync(new JobScope(accountId, null), jobId, cancellation) is var (job, history, request)
            ? job.ToView(history, request, options.MaxAttempts)
            : Failure.NotFound("Job");

    /// <summary>Schedules in the person's name, without a key.</summary>
    public async Task<Parsed<JobDto>> ScheduleAsync(Guid accountId, Guid projectId, Job draft, CancellationToken cancellation)
    {
        if (await projects.FindAsync(accountId, projectId, cancellation) is null) return Failure.NotFound("Project");
        (draft.AccountId, draft.ProjectId) = (accountId, projectId);
        var job = await jobs.ScheduleAsync(draft, keyId: null);
        return job is null ? Failure.NotFound("Project") : job.ToDto();
    }

    /// <inheritdoc cref="ScheduleAsync(Guid, Guid, Job, CancellationToken)"/>
    public async Task<Parsed<JobDto>> ScheduleAsync(Guid accountId, Guid projectId, string body)
    {
        var (draft, failure) = reader.Read(Encoding.UTF8.GetBytes(body));
        return draft is null ? failure! : await ScheduleAsync(accountId, projectId, draft, CancellationToken.None);
    }

    public async Task<Failure?> CancelAsync(Guid accountId, Guid projectId, Guid jobId)
    {
        if (await projects.FindAsync(accountId, projectId, CancellationToken.None) is null) return Failure.NotFound("Job");
        return JobsApi.Refusal(await jobs.CancelAsync(accountId, projectId, jobId));
    }
}
