using Dispatch.Model;

namespace Dispatch.Writing;

internal enum FeedKind
{
    Job,

    Project,

    Inbox,

    /// <summary>Too much changed, or a change was missed, so pages must read everything again. Names no project.</summary>
    Invalidate,
}

/// <summary>One change, published once it is durable.</summary>
/// <param name="ProjectId">Decides which account receives the change.</param>
/// <param name="JobId">Null unless the kind is <see cref="FeedKind.Job"/>.</param>
/// <param name="Status">The job's new status; null for other kinds.</param>
/// <param name="At">Milliseconds since the Unix epoch, UTC.</param>
internal sealed record FeedChange(FeedKind Kind, Guid ProjectId, Guid? JobId, JobStatus? Status, long At);
