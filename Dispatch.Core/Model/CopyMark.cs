namespace Dispatch.Model;

/// <summary>
/// A copy by <c>migrate-data</c> that is running or was cut off. Both databases have such a row. A host refuses to start on a target that
/// has it, and a host that starts on the source deletes it, so that <c>migrate-data</c> notices that its copy is outdated.
/// </summary>
internal sealed class CopyMark
{
    public Guid CopyId { get; init; }

    public CopyRole Role { get; init; }

    /// <summary>The process that continues the copy. It writes a chunk of rows only while its id still stands here.</summary>
    public Guid RunId { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long StartedAt { get; init; }
}

internal enum CopyRole
{
    Source,
    Target,
}
