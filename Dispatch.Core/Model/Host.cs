namespace Dispatch.Model;

/// <summary>One running process of Dispatch. A start is a new host, so that what an earlier start held is told from what this one holds.</summary>
internal sealed class Host
{
    public Guid Id { get; init; }

    /// <summary>The machine's name and process id, for an operator.</summary>
    public required string Name { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long StartedAt { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long LastSeenAt { get; init; }
}
