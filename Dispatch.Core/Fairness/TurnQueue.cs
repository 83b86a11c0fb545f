using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Fairness;

/// <summary>
/// A queue in which accounts take turns, and within an account its projects, so that a flood of one delays only its own. Within a project:
/// first come, first served. Not safe for several threads.
/// </summary>
internal sealed class TurnQueue<T>
{
    private readonly Turns<Turns<Queue<T>>> accounts = new();

    public int Count { get; private set; }

    public void Add(Guid accountId, Guid projectId, T item)
    {
        accounts.Of(accountId).Of(projectId).Enqueue(item);
        Count++;
    }

    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (Count == 0) return false;

        var account = accounts.Next;
        var project = account.Next;
        item = project.Dequeue();
        account.End(isEmpty: project.Count == 0);
        accounts.End(isEmpty: account.IsEmpty);
        Count--;
        return true;
    }

    /// <summary>The queues that have something, in the order of their turns.</summary>
    private sealed class Turns<TQueue>
        where TQueue : new()
    {
        private readonly Dictionary<Guid, TQueue> queues = [];
        private readonly Queue<Guid> order = [];

        public bool IsEmpty => order.Count == 0;

        public TQueue Next => queues[order.Peek()];

        public TQueue Of(Guid id)
        {
            if (queues.TryGetValue(id, out var queue)) return queue;
            queues.Add(id, queue = new TQueue());
            order.Enqueue(id);
            return queue;
        }

        /// <summary>The turn of <see cref="Next"/> is over.</summary>
        public void End(bool isEmpty)
        {
            var id = order.Dequeue();
            if (isEmpty) queues.Remove(id);
            else order.Enqueue(id);
        }
    }
}
