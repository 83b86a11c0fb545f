namespace Dispatch.Model;

/// <summary>The state of a job. Success, Dead and Cancelled are final. Stored and shown as upper-case text (<c>SCHEDULED</c>).</summary>
public enum JobStatus
{
    Scheduled,

    /// <summary>Claimed by a host: about to be sent, on the wire, or its answer not yet recorded.</summary>
    Firing,

    Success,

    /// <summary>The last attempt failed and a retry is armed.</summary>
    Failed,

    Dead,

    Cancelled,
}
