namespace Dispatch.Writing;

/// <summary>What the writer says to whoever watches, and asks of them. Handed down, so that writing knows nobody above it.</summary>
/// <param name="IsWatched">Whether anybody wants to hear of changes. Asked at the beginning of each transaction.</param>
/// <param name="Committed">Told what a transaction did, once it is durable. Must return at once.</param>
internal sealed record WriteQueueEvents(Func<bool> IsWatched, Action<JobChanges> Committed)
{
    /// <summary>Nobody watches.</summary>
    public static readonly WriteQueueEvents None = new(() => false, _ => { });
}
