namespace Dispatch.Jobs;

/// <summary>Where a job stands. Stored and shown as upper-case text (<c>SCHEDULED</c>).</summary>
public enum JobStatus
{
    /// <summary>Waits for its instant.</summary>
    Scheduled,

    /// <summary>Claimed by a host: about to be sent, on the wire, or its answer not yet recorded.</summary>
    Firing,

    /// <summary>The receiver answered 2xx. Final.</summary>
    Success,

    /// <summary>The last attempt failed and a retry is armed.</summary>
    Failed,

    /// <summary>The last allowed attempt failed. Final.</summary>
    Dead,

    /// <summary>Cancelled before it was claimed. Final.</summary>
    Cancelled,
}

/// <summary>How one attempt ended.</summary>
public enum AttemptStatus
{
    /// <summary>The receiver answered 2xx.</summary>
    Success,

    /// <summary>Any other answer, a connection or TLS error, or the time limit.</summary>
    Failed,

    /// <summary>The host died while the attempt was its own; it is not counted against the ladder.</summary>
    Interrupted,
}

/// <summary>The names that users, the API and the database see.</summary>
public static class StatusNames
{
    public static string ToName(this JobStatus status) => status switch
    {
        JobStatus.Scheduled => "SCHEDULED",
        JobStatus.Firing => "FIRING",
        JobStatus.Success => "SUCCESS",
        JobStatus.Failed => "FAILED",
        JobStatus.Dead => "DEAD",
        JobStatus.Cancelled => "CANCELLED",
    };

    public static string ToName(this AttemptStatus status) => status switch
    {
        AttemptStatus.Success => "SUCCESS",
        AttemptStatus.Failed => "FAILED",
        AttemptStatus.Interrupted => "INTERRUPTED",
    };

    /// <summary>The status of that exact name, or null.</summary>
    public static JobStatus? ToJobStatus(string name) =>
        Enum.GetValues<JobStatus>().Cast<JobStatus?>().FirstOrDefault(status => status!.Value.ToName() == name);

    /// <summary>The attempt status of that exact name, or null.</summary>
    public static AttemptStatus? ToAttemptStatus(string name) =>
        Enum.GetValues<AttemptStatus>().Cast<AttemptStatus?>().FirstOrDefault(status => status!.Value.ToName() == name);
}
