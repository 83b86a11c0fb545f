namespace Dispatch.Web.Client.Live;

/// <summary>
/// Tells the pages which of the person's jobs changed. In a circuit it listens in the process, in WebAssembly to the hub <c>/hubs/jobs</c>.
/// </summary>
public interface ILiveFeed
{
    /// <summary>
    /// Calls back with what changed, at most ten times a second, until the result is disposed. After a gap (reconnect, restart of the host)
    /// the batch has <see cref="ChangeBatch.Invalidate"/>.
    /// </summary>
    IDisposable Listen(Func<ChangeBatch, Task> onChange);
}

/// <summary>What changed since the last batch.</summary>
/// <param name="Invalidate">More changed than is listed, or something was missed: read everything that is shown again.</param>
public sealed record ChangeBatch(IReadOnlyList<Change> Changes, bool Invalidate);

/// <summary>One thing that changed.</summary>
/// <param name="JobId">Null for everything but <see cref="ChangeKind.Job"/>.</param>
/// <param name="Status">The job's status since then: SCHEDULED, FIRING, …; null for everything else.</param>
/// <param name="At">When, milliseconds since the Unix epoch, UTC.</param>
public sealed record Change(ChangeKind Kind, Guid ProjectId, Guid? JobId, string? Status, long At);

/// <summary>What kind of thing changed.</summary>
public enum ChangeKind
{
    /// <summary>A job was scheduled or took a transition.</summary>
    Job,

    /// <summary>A project was created, renamed or deleted, or its keys changed.</summary>
    Project,

    /// <summary>The project's inbox received a request, or was cleared.</summary>
    Inbox,
}
