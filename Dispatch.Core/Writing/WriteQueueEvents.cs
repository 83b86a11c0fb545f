namespace Dispatch.Writing;

/// <summary>The queue's callbacks to the feed. They are passed in, because writing must not know the rooms above it.</summary>
/// <param name="IsWatched">True if the feed has subscribers. Called at the start of each transaction.</param>
/// <param name="Committed">Receives the changes of a durable transaction. Must return at once.</param>
internal sealed record WriteQueueEvents(Func<bool> IsWatched, Action<JobChanges> Committed);
