namespace Dispatch.Model;

/// <summary>
/// One host's changes to the number of a project's jobs in each status; may be negative. The truth is the sum over all hosts, because hosts
/// would wait for each other's lock on a shared row. Host <see cref="Guid.Empty"/> has the sum of the dead hosts.
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

    /// <summary>Grows with each transaction that changes anything pages show of the project. Other hosts poll it.</summary>
    public long Changes { get; init; }
}
