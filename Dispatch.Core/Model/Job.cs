namespace Dispatch.Model;

/// <summary>One webhook to deliver. Only a <see cref="Transition"/> changes its status. Times are ms since the Unix epoch, UTC.</summary>
internal sealed class Job
{
    public Guid Id { get; set; }

    /// <summary>The project's owner, repeated here so that an account's list is one index range.</summary>
    public Guid AccountId { get; set; }

    public Guid ProjectId { get; set; }

    /// <summary>1 to 200 characters, trimmed.</summary>
    public required string Title { get; init; }

    /// <summary>Absolute http or https URL, at most 2,048 characters.</summary>
    public required string WebhookUrl { get; init; }

    /// <summary>
    /// The JSON object as the caller spelled it, UTF-8. The stored row of a job with a <see cref="BigPayload"/> has no bytes.
    /// </summary>
    public required byte[] Payload { get; set; }

    /// <summary>When the job is to fire first. A move before the first attempt changes it.</summary>
    public long FireAt { get; set; }

    public JobStatus Status { get; init; } = JobStatus.Scheduled;

    /// <summary>Started attempts, interrupted ones included. The UPDATE of every outcome checks it.</summary>
    public int Attempt { get; init; }

    /// <summary>The moves of the job to another time. An alarm of an earlier generation is stale.</summary>
    public int Generation { get; init; }

    public int RetryCount { get; init; }

    /// <summary>When the next attempt is due; null once the status is final, which also removes the row from the arming index.</summary>
    public long? NextAttemptAt { get; set; }

    /// <summary>The host that holds the alarm or the claim; null while the job only waits in the database.</summary>
    public Guid? ArmedBy { get; set; }

    public long CreatedAt { get; set; }

    public long UpdatedAt { get; set; }
}
