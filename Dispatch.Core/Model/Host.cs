namespace Dispatch.Model;

/// <summary>One running process of Dispatch. Times are milliseconds since the Unix epoch, UTC.</summary>
internal sealed class Host
{
    public Guid Id { get; init; }

    /// <summary>The machine's name and process id, for an operator.</summary>
    public required string Name { get; init; }

    public long StartedAt { get; init; }

    public long LastSeenAt { get; init; }
}
