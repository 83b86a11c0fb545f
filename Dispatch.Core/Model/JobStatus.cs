namespace Dispatch.Model;

/// <summary>The state of a job. Stored and shown as upper-case text (<c>SCHEDULED</c>).</summary>
public enum JobStatus
{
    /// <summary>Waits for its due time.</summary>
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
