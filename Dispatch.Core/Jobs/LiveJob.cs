using Dispatch.Execution;

namespace Dispatch.Jobs;

/// <summary>What an alarm needs of a job that is not final.</summary>
/// <param name="DueAt">Milliseconds since the Unix epoch, UTC.</param>
internal sealed record LiveJob(Guid Id, Guid ProjectId, string WebhookUrl, long DueAt, JobStatus Status)
{
    public Alarm Alarm => new(Id, ProjectId, Alarm.DestinationOf(WebhookUrl), DueAt, IsRetry: Status == JobStatus.Failed);
}
