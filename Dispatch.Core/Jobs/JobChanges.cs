namespace Dispatch.Jobs;

/// <summary>
/// What one transaction does to jobs, noted while its statements run and told when it is durable. A batch that is carried out again
/// starts with a new one, so that nothing is told twice.
/// </summary>
/// <param name="isWatched">False: nobody listens, so nothing is noted for the feed.</param>
internal sealed class JobChanges(bool isWatched)
{
    /// <summary>Null where nobody listened when the transaction began.</summary>
    public List<FeedChange>? Told { get; } = isWatched ? [] : null;

    public void Inserted(Job job) => Told?.Add(new FeedChange(FeedKind.Job, job.ProjectId, job.Id, job.Status, job.CreatedAt));

    public void Moved(Guid projectId, Guid jobId, Transition transition, long now) =>
        Told?.Add(new FeedChange(FeedKind.Job, projectId, jobId, transition.To, now));
}
