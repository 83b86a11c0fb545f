using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>Puts what the feed told into what is shown, until it is read again.</summary>
internal static class OverviewChanges
{
    public static Contracts.Overview With(this Contracts.Overview overview, ChangeBatch batch)
    {
        var jobs = batch.Changes.Where(change => change is { Kind: ChangeKind.Job, JobId: not null, Status: not null }).ToList();
        return jobs.Count == 0 ? overview : overview.WithJobs(job => jobs.Aggregate(job, Changed), jobs.Exists(change => change.Status == "SUCCESS"));
    }

    /// <summary>The page does not show them, and long ones would not fit into what is handed over from the prerender.</summary>
    public static Contracts.Overview WithoutUrls(this Contracts.Overview overview) => overview.WithJobs(job => job with { WebhookUrl = "" }, hasFired: false);

    private static Contracts.Overview WithJobs(this Contracts.Overview overview, Func<JobRow, JobRow> now, bool hasFired) => overview with
    {
        LatestFailures = [.. overview.LatestFailures.Select(now)],
        GettingStarted = overview.GettingStarted with
        {
            NewestJob = overview.GettingStarted.NewestJob is { } newest ? now(newest) : null,
            HasFired = overview.GettingStarted.HasFired || hasFired,
        },
    };

    private static JobRow Changed(JobRow job, Change change)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(change.At);
        if (change.JobId != job.Id || change.Status == job.Status || Instant.Parse(job.UpdatedAt) > at) return job;
        return job with { Status = change.Status!, NextAttemptAt = null, UpdatedAt = Instant.Format(at) };
    }
}
