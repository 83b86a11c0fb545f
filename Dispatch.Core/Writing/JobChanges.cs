using Dispatch.Counters;
using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>The changes of one transaction. A repeated batch starts with a new object; otherwise changes would count twice.</summary>
/// <param name="isWatched">False: the feed has no subscribers and needs no changes.</param>
internal sealed class JobChanges(bool isWatched)
{
    /// <summary>For the feed; null if it had no subscribers when the transaction began.</summary>
    public List<FeedChange>? FeedChanges { get; } = isWatched ? [] : null;

    /// <summary>Accounts by project. They spare the feed a look-up, which would fail for a new or deleted project.</summary>
    public Dictionary<Guid, Guid> AccountsByProject { get; } = [];

    public CounterDeltas Counters { get; } = new();

    public void Inserted(Job job)
    {
        Counters.Count(job.ProjectId, job.Status, 1);
        if (FeedChanges is not null) AccountsByProject[job.ProjectId] = job.AccountId;
        FeedChanges?.Add(new FeedChange(FeedKind.Job, job.ProjectId, job.Id, job.Status, job.CreatedAt));
    }

    public void Moved(Guid projectId, Guid jobId, Transition transition, long now)
    {
        Counters.Count(projectId, transition.From, -1);
        Counters.Count(projectId, transition.To, 1);
        FeedChanges?.Add(new FeedChange(FeedKind.Job, projectId, jobId, transition.To, now));
    }

    /// <summary>The job is due at another time. Its status and so the counters stay, but pages must show the time.</summary>
    public void Rescheduled(Guid projectId, Guid jobId, JobStatus status, long now)
    {
        Counters.Touch(projectId);
        FeedChanges?.Add(new FeedChange(FeedKind.Job, projectId, jobId, status, now));
    }

    public void Attempted(Guid projectId, Attempt attempt, bool died) => Counters.CountAttempt(projectId, attempt, died);

    public void ProjectChanged(Guid accountId, Guid projectId, long now)
    {
        AccountsByProject[projectId] = accountId;
        Changed(FeedKind.Project, projectId, now);
    }

    public void InboxChanged(Guid projectId, long now) => Changed(FeedKind.Inbox, projectId, now);

    /// <summary>The row was purged with its project. Nobody sees such jobs, so the feed gets no change.</summary>
    public void Removed(Guid projectId, JobStatus status) => Counters.Count(projectId, status, -1);

    private void Changed(FeedKind kind, Guid projectId, long now)
    {
        Counters.Touch(projectId);
        FeedChanges?.Add(new FeedChange(kind, projectId, null, null, now));
    }
}
