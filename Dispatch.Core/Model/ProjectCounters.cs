namespace Dispatch.Model;

/// <summary>
/// What one host did to the number of a project's jobs in each status; may be negative. The truth is the sum over all hosts: hosts that share
/// a database would wait for each other's lock on a common row. What dead hosts did is in one row, of host <see cref="Guid.Empty"/>.
/// </summary>
internal sealed class ProjectCounters
{
    public Guid ProjectId { get; init; }

    public Guid HostId { get; init; }

    public long Scheduled { get; init; }

    public long Firing { get; init; }

    public long Success { get; init; }

    public long Failed { get; init; }

    public long Dead { get; init; }

    public long Cancelled { get; init; }

    /// <summary>
    /// Moves on with each transaction of the host that changed anything a page shows of the project: its jobs, its keys, its inbox, itself. Other hosts
    /// look at it for their own pages' sake.
    /// </summary>
    public long Changes { get; init; }
}
