using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>What a change is about.</summary>
internal enum FeedKind
{
    /// <summary>A job was scheduled or took a transition.</summary>
    Job,

    /// <summary>A project was created, renamed or deleted, or its keys changed.</summary>
    Project,

    /// <summary>A project's test endpoint received a request, or was cleared.</summary>
    Inbox,

    /// <summary>More changed than is worth telling one by one, or something was missed: read again what is shown. Names no project.</summary>
    Invalidate,
}

/// <summary>One thing that changed, told once it is durable.</summary>
/// <param name="ProjectId">Whose; it decides which account hears of it.</param>
/// <param name="JobId">Null for everything but <see cref="FeedKind.Job"/>.</param>
/// <param name="Status">The job's status from then on; null for everything else.</param>
/// <param name="At">When, milliseconds since the Unix epoch, UTC.</param>
internal sealed record FeedChange(FeedKind Kind, Guid ProjectId, Guid? JobId, JobStatus? Status, long At);
