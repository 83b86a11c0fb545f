using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>Puts what the feed told into what is shown, until it is read again.</summary>
internal static class OverviewChanges
{
    public static Contracts.Overview With(this Contracts.Overview overview, ChangeBatch batch)
    {
        var changes = batch.Changes.Where(change => change is { Kind: ChangeKind.Job, JobId: not null, Status: not null }).ToList();
        if (changes.Count == 0) return overview;
        var start = overview.GettingStarted;
        return overview with
        {
            LatestFailures = [.. overview.LatestFailures.Select(Now)],
            GettingStarted = start with
            {
                NewestJob = start.NewestJob is { } newest ? Now(newest) : null,
                HasFired = start.HasFired || changes.Exists(change => change.Status == "SUCCESS"),
            },
        };

        JobRow Now(JobRow job) => changes.Aggregate(job, Changed);
    }

    // The feed may tell what the last reading knew already.
    private static JobRow Changed(JobRow job, Change change)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(change.At);
        if (change.JobId != job.Id || change.Status == job.Status || Instant.Parse(job.UpdatedAt) > at) return job;
        return job with { Status = change.Status!, NextAttemptAt = null, UpdatedAt = Instant.Format(at) };
    }
}
