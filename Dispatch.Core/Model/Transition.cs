namespace Dispatch.Model;

/// <summary>The state machine as data: each status change of a job is one of these, made by a statement of <c>Writing/Verbs</c>.</summary>
internal sealed record Transition(JobStatus From, JobStatus To)
{
    /// <summary>A host takes the job for itself, 100 to 250 ms before it is due. From now on the job cannot be cancelled.</summary>
    public static readonly Transition Claim = new(JobStatus.Scheduled, JobStatus.Firing);

    public static readonly Transition Deliver = new(JobStatus.Firing, JobStatus.Success);

    public static readonly Transition Retry = new(JobStatus.Firing, JobStatus.Failed);

    public static readonly Transition Exhaust = new(JobStatus.Firing, JobStatus.Dead);

    /// <summary>The alarm of a retry rings, and the job waits for its due time again.</summary>
    public static readonly Transition Rearm = new(JobStatus.Failed, JobStatus.Scheduled);

    /// <summary>The host that claimed the job died. Nobody knows whether it sent the request, so the job is sent again.</summary>
    public static readonly Transition Interrupt = new(JobStatus.Firing, JobStatus.Scheduled);

    public static readonly Transition Cancel = new(JobStatus.Scheduled, JobStatus.Cancelled);

    public bool IsFinal => To is JobStatus.Success or JobStatus.Dead or JobStatus.Cancelled;
}
