using Dispatch.Data;
using Dispatch.Writing;

namespace Dispatch.Micro;

/// <summary>
/// Holds the writer in a transaction of its own until it is opened. So many writes can be handed in meanwhile that they share the next
/// one, as they would behind a busy disk, and every iteration measures the same batch.
/// </summary>
internal sealed class Door : WriteRequest<bool>, ICustomWrite
{
    private readonly WriteQueue commits;
    private readonly TaskCompletionSource closed = new();
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Door(WriteQueue commits) => this.commits = commits;

    /// <summary>
    /// Long ago: nothing is waited for in its company. On a database server a batch of outcomes would wait 60 ms for more.
    /// </summary>
    public override long? Before => 0;

    /// <summary>Ends when the writer stands before it.</summary>
    public static async Task<Door> CloseAsync(WriteQueue commits)
    {
        var door = new Door(commits);
        _ = commits.WriteAsync(door);
        await door.closed.Task;
        return door;
    }

    /// <summary>Lets everything that was handed in through, as one batch.</summary>
    public Task OpenAsync()
    {
        var hurry = commits.WriteAsync(new Hurry());
        opened.SetResult();
        return hurry;
    }

    public Task RunAsync(DispatchDbContext db, JobChanges changes)
    {
        closed.SetResult();
        return opened.Task;
    }

    /// <summary>Does nothing but keep its batch from waiting for company.</summary>
    private sealed class Hurry : WriteRequest<bool>
    {
        public override long? Before => 0;
    }
}
