using Dispatch.Writing;

namespace Dispatch.Model;

/// <summary>
/// The state machine as data: every status change of a job is one of these, carried out by one guarded UPDATE (<see cref="JobTransitions.TakeAsync"/>), which <see cref="WriteBatch"/> and <see cref="JobStore"/> call.
/// </summary>
/// <param name="From">The only status it may start from.</param>
/// <param name="To">The status it leads to.</param>
internal sealed record Transition(JobStatus From, JobStatus To)
{
    /// <summary>A host takes the job for itself, 100 to 250 ms before it is due; from here on it cannot be cancelled.</summary>
    public static readonly Transition Claim = new(JobStatus.Scheduled, JobStatus.Firing);

    /// <summary>The receiver answered 2xx.</summary>
    public static readonly Transition Deliver = new(JobStatus.Firing, JobStatus.Success);

    /// <summary>The attempt failed and the ladder has a rung left.</summary>
    public static readonly Transition Retry = new(JobStatus.Firing, JobStatus.Failed);

    /// <summary>The attempt failed and the ladder has ended.</summary>
    public static readonly Transition Exhaust = new(JobStatus.Firing, JobStatus.Dead);

    /// <summary>The alarm of a retry rings: the job waits for its instant once more.</summary>
    public static readonly Transition Rearm = new(JobStatus.Failed, JobStatus.Scheduled);

    /// <summary>The host that claimed the job died; what it did on the wire is unknown, so the job is sent again.</summary>
    public static readonly Transition Interrupt = new(JobStatus.Firing, JobStatus.Scheduled);

    /// <summary>The owner calls it off.</summary>
    public static readonly Transition Cancel = new(JobStatus.Scheduled, JobStatus.Cancelled);

    /// <summary>True where nothing can follow.</summary>
    public bool IsFinal => To is JobStatus.Success or JobStatus.Dead or JobStatus.Cancelled;
}
