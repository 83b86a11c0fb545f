using System.Text;
using Dispatch.Model;
using Dispatch.Reading;
using Dispatch.Time;
using Dispatch.Web.Client.Contracts;
using CountedJobs = Dispatch.Counters.StatusCounts;

namespace Dispatch.Web.Api;

/// <summary>From what the queries find to what the dashboard's pages show.</summary>
internal static class DashboardMapping
{
    public static Overview ToDto(this OverviewFigures figures)
    {
        var day = figures.Day;
        var fired = day.Succeeded + day.Failed;
        return new Overview
        {
            Fired = fired,
            SuccessRate = fired == 0 ? null : (double)day.Succeeded / fired,
            FailedNow = figures.FailedNow,
            Dead = day.Died,
            LatenessP50Ms = day.LatenessMs(0.5),
            LatenessP99Ms = day.LatenessMs(0.99),
            Hours =
            [
                .. figures.Hours.Select(h =>
                    new DeliveryHourDto { From = Clock.ToRfc3339(h.From), Succeeded = h.Attempts.Succeeded, Failed = h.Attempts.Failed })
            ],
            NextHour = [.. figures.NextHour.Select(m => new UpcomingMinute { From = Clock.ToRfc3339(m.From), Due = m.Due })],
            LatestFailures = [.. figures.LatestFailures.Select(job => job.ToRow(figures.Projects))],
            GettingStarted = new GettingStarted
            {
                Project = figures.FirstSteps.FirstProject?.ToDto(),
                HasKey = figures.FirstSteps.HasKey,
                NewestJob = figures.FirstSteps.NewestJob?.ToRow(figures.Projects),
                HasFired = figures.FirstSteps.HasFired,
            },
        };
    }

    public static ProjectCards ToDto(this IReadOnlyList<ProjectFigures> projects) =>
        new() { Projects = [.. projects.Select(project => project.ToDto())] };

    public static ProjectCard ToDto(this ProjectFigures figures) =>
        new() { Project = figures.Project.ToDto(), Counts = figures.Counts.ToDto(), Keys = figures.Keys };

    public static JobGrid ToDto(this GridPage page) => new()
    {
        Jobs = [.. page.Jobs.Select(job => job.ToRow(page.Projects))],
        Attempts = page.Jobs.ToDictionary(job => job.Id, job => job.Attempts),
        Total = page.Total,
        TotalIsExact = page.TotalIsExact,
        SearchedSince = page.SearchedSince is { } since ? Clock.ToRfc3339(since) : null,
        Counts = page.Counts.ToDto(),
    };

    public static JobView ToView(this Job job, JobHistory history, RequestAsSent? lastRequest, int maxAttempts) => new()
    {
        Job = job.ToDetails(history),
        IsArmed = job.ArmedBy is not null,
        MaxAttempts = maxAttempts,
        LastRequest = lastRequest?.ToDto(),
    };

    private static SentRequest ToDto(this RequestAsSent request) => new()
    {
        Attempt = request.Attempt,
        Headers = [.. request.Headers.Select(header => new HeaderLine(header.Name, header.Value))],
        Body = Encoding.UTF8.GetString(request.Body.Span),
        SignaturesKnown = request.SignaturesKnown,
    };

    private static StatusCounts ToDto(this CountedJobs counts) => new()
    {
        Scheduled = counts.Scheduled,
        Firing = counts.Firing,
        Success = counts.Success,
        Failed = counts.Failed,
        Dead = counts.Dead,
        Cancelled = counts.Cancelled,
    };

    private static JobRow ToRow(this JobSummary job, IReadOnlyDictionary<Guid, ProjectRef> projects) => job.ToRow(projects[job.ProjectId]);
}
