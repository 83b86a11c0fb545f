using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>Puts what the feed told into what is shown, until it is read again.</summary>
internal static class OverviewChanges
{
    public static Contracts.Overview With(this Contracts.Overview overview, ChangeBatch batch)
    {
        var statuses = batch.Changes.Where(change => change is { Kind: ChangeKind.Job, JobId: not null, Status: not null })
            .GroupBy(change => change.JobId!.Value).ToDictionary(changes => changes.Key, changes => changes.Last().Status!);
        if (statuses.Count == 0) return overview;

        JobRow Now(JobRow job) => statuses.TryGetValue(job.Id, out var status) ? job with { Status = status } : job;
        var start = overview.GettingStarted;
        return overview with
        {
            LatestFailures = [.. overview.LatestFailures.Select(Now)],
            GettingStarted = start with
            {
                NewestJob = start.NewestJob is { } newest ? Now(newest) : null,
                HasFired = start.HasFired || statuses.ContainsValue("SUCCESS"),
            },
        };
    }
}
