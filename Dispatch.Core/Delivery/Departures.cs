using Dispatch.Fairness;

namespace Dispatch.Delivery;

/// <summary>
/// Lets deliveries begin when their time has come: a few at a time, and the accounts in turn. To begin takes the processor 50 us and more,
/// so thousands that begin in one millisecond would stand in the thread pool's queue before all else, such as another account's delivery.
/// </summary>
internal sealed class Departures : IThreadPoolWorkItem
{
    /// <summary>So many begin before what stands in the pool's queue has its turn.</summary>
    private const int AtOnce = 8;

    private readonly Lock gate = new();
    private readonly FairQueue<TaskCompletionSource> waiting = new();
    private int begun;   // without waiting, since the pool last had nothing older to do
    private int scheduled;   // work items of this object in the pool's queue

    /// <summary>Ends when a delivery of the account may begin: at once, unless many do.</summary>
    public Task TurnAsync(Guid accountId)
    {
        lock (gate)
        {
            if (waiting.Count == 0 && begun < AtOnce)
            {
                if (begun++ == 0) Schedule();
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource();   // its delivery begins on the thread that completes it
            waiting.Enqueue(accountId, turn);
            if (scheduled < Environment.ProcessorCount) Schedule();
            return turn.Task;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var i = 0; i < AtOnce; i++)
        {
            if (TakeNext() is not { } turn) return;
            turn.SetResult();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);   // at the end of the queue
    }

    private void Schedule()
    {
        scheduled++;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private TaskCompletionSource? TakeNext()
    {
        lock (gate)
        {
            if (waiting.TryDequeue(out var turn)) return turn;
            (begun, scheduled) = (0, scheduled - 1);
            return null;
        }
    }
}
