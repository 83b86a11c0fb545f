using Dispatch.Counters;
using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>
/// What one transaction does to jobs and to what pages show beside them, noted while its statements run: counted in the same transaction
/// (<see cref="CounterUpdates"/>), and told when it is durable (the writer's <c>committed</c>). A batch that is carried out again starts with a new one, so that nothing
/// is counted or told twice.
/// </summary>
/// <param name="isWatched">False: nobody listens, so nothing is noted for the feed.</param>
internal sealed class JobChanges(bool isWatched)
{
    /// <summary>Null where nobody listened when the transaction began.</summary>
    public List<FeedChange>? Told { get; } = isWatched ? [] : null;

    /// <summary>Accounts that are known already, by project: the feed need not look them up, and a project that is new or goes could not be.</summary>
    public Dictionary<Guid, Guid> Owners { get; } = [];

    /// <summary>What the transaction does to the counters.</summary>
    public CounterDeltas Counters { get; } = new();

    public void Inserted(Job job)
    {
        Counters.Count(job.ProjectId, job.Status, 1);
        if (Told is not null) Owners[job.ProjectId] = job.AccountId;
        Told?.Add(new FeedChange(FeedKind.Job, job.ProjectId, job.Id, job.Status, job.CreatedAt));
    }

    public void Moved(Guid projectId, Guid jobId, Transition transition, long now)
    {
        Counters.Count(projectId, transition.From, -1);
        Counters.Count(projectId, transition.To, 1);
        Told?.Add(new FeedChange(FeedKind.Job, projectId, jobId, transition.To, now));
    }

    /// <summary>An attempt's row was written.</summary>
    public void Attempted(Guid projectId, Attempt attempt, bool died) => Counters.CountAttempt(projectId, attempt, died);

    /// <summary>The project itself was created, renamed or deleted, or one of its keys.</summary>
    public void ProjectChanged(Guid accountId, Guid projectId, long now)
    {
        Owners[projectId] = accountId;
        Changed(FeedKind.Project, projectId, now);
    }

    /// <summary>The project's inbox received something, was cleared, or answers otherwise.</summary>
    public void InboxChanged(Guid projectId, long now) => Changed(FeedKind.Inbox, projectId, now);

    /// <summary>The row went with its project. Nobody sees such jobs, so nobody is told.</summary>
    public void Removed(Guid projectId, JobStatus status) => Counters.Count(projectId, status, -1);

    private void Changed(FeedKind kind, Guid projectId, long now)
    {
        Counters.Touch(projectId);
        Told?.Add(new FeedChange(kind, projectId, null, null, now));
    }
}
