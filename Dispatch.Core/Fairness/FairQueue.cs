using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Fairness;

/// <summary>
/// A queue whose accounts take turns: each gives one item a turn, its oldest. So an account that queues thousands of items does not make
/// the next account wait for more than one of them. Not safe for several threads.
/// </summary>
internal sealed class FairQueue<T>
{
    private const int MaxSpareCapacity = 4096;

    private readonly Dictionary<Guid, Queue<T>> accounts = [];
    private readonly Queue<(Guid AccountId, Queue<T> Own)> turns = [];   // the accounts that have an item, each once
    private Queue<T>? spare;

    public int Count { get; private set; }

    public void Enqueue(Guid accountId, T item)
    {
        Count++;
        if (!accounts.TryGetValue(accountId, out var own))
        {
            (own, spare) = (spare ?? [], null);
            accounts.Add(accountId, own);
            turns.Enqueue((accountId, own));
        }

        own.Enqueue(item);
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        item = default;
        if (!turns.TryDequeue(out var turn)) return false;

        Count--;
        item = turn.Own.Dequeue();
        if (turn.Own.Count > 0)
        {
            turns.Enqueue(turn);
            return true;
        }

        accounts.Remove(turn.AccountId);
        if (turn.Own.Capacity <= MaxSpareCapacity) spare = turn.Own;
        return true;
    }

    /// <summary>Takes everything.</summary>
    public IEnumerable<T> DequeueAll()
    {
        while (TryDequeue(out var item)) yield return item;
    }
}
