using Dispatch.Data.Statements;
using Dispatch.Writing;

namespace Dispatch.Micro;

/// <summary>
/// Holds the writer in a batch of its own until it is opened. So many writes can be handed in meanwhile that they share the next one, as
/// they would behind a busy disk, and every iteration measures the same batch.
/// </summary>
internal sealed class Door : BatchedWrite<bool>
{
    private readonly WriteQueue queue;
    private readonly TaskCompletionSource closed = new();
    private readonly TaskCompletionSource opened = new();

    private Door(WriteQueue queue) => this.queue = queue;

    public override Verb Verb => Holding.Instance;

    /// <summary>Ends when the writer stands before it.</summary>
    public static async Task<Door> CloseAsync(WriteQueue queue)
    {
        var door = new Door(queue);
        _ = queue.WriteAsync(door);
        await door.closed.Task;
        return door;
    }

    /// <summary>Lets everything that was handed in through, as one batch.</summary>
    public Task OpenAsync()
    {
        var hurry = queue.WriteAsync(new Hurry());
        opened.SetResult();
        return hurry;
    }

    private void Hold()
    {
        closed.SetResult();
        opened.Task.Wait();
    }

    private sealed class Holding : Verb
    {
        public static readonly Holding Instance = new();

        public override int Place => 0;

        public override IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch)
        {
            foreach (var door in requests.OfType<Door>()) door.Hold();
            return [new SqlCall(Nothing, [], _ => { })];
        }

        private static readonly SqlText Nothing = new("SELECT 1;", "SELECT 1;", "SELECT 1;");
    }

    /// <summary>Does nothing but make the engine's writes of its batch due: they would wait for company otherwise.</summary>
    private sealed class Hurry : BatchedWrite<bool>
    {
        public override bool IsAwaited => false;

        public override long? Before => 0;

        public override Verb Verb => Holding.Instance;
    }
}
