namespace Dispatch.Model;

/// <summary>
/// A move that is under way or was cut off, noted in both of its databases. It is a row of the model like any other, so that it needs no SQL of its own and
/// every host can look for it: none starts on a half-filled target, and one that starts on the source removes the mark, so that the move knows
/// its copy is no longer true.
/// </summary>
internal sealed class CopyMark
{
    /// <summary>The same on both sides.</summary>
    public Guid CopyId { get; init; }

    /// <summary>Which side this database is.</summary>
    public CopyRole Role { get; init; }

    /// <summary>The process that carries the move on; each chunk of rows is written only while it is still this one.</summary>
    public Guid RunId { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long StartedAt { get; init; }
}

/// <summary>A database's part in a move.</summary>
internal enum CopyRole
{
    Source,
    Target,
}
