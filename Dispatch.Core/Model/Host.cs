namespace Dispatch.Model;

/// <summary>
/// One running process of Dispatch. Each start is a new host; otherwise it would take the jobs of an earlier start for its own. Times are
/// milliseconds since the Unix epoch, UTC.
/// </summary>
internal sealed class Host
{
    public Guid Id { get; init; }

    /// <summary>The machine's name and process id, for an operator.</summary>
    public required string Name { get; init; }

    public long StartedAt { get; init; }

    public long LastSeenAt { get; init; }
}
