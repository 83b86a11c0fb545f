using System.Collections.Concurrent;
using Dispatch.Time;

namespace Dispatch.Reading;

/// <summary>
/// Threads for reads that block, as SQLite's do under their asynchronous names: on the pool's threads, a few slow searches would hold what
/// accepts and fires. The system gives them the processor when accepting and firing do not need it.
/// </summary>
internal sealed class ReaderThreads : TaskScheduler, IDisposable
{
    [ThreadStatic]
    private static ReaderThreads? current;

    private readonly BlockingCollection<Task> waiting = [];

    public ReaderThreads(int count)
    {
        MaximumConcurrencyLevel = count;
        for (var i = 0; i < count; i++) new Thread(Run) { Name = "Dispatch:Reader", IsBackground = true }.Start();
    }

    public override int MaximumConcurrencyLevel { get; }

    /// <summary>The threads end. Reads that come later, while the host stops, run on the pool.</summary>
    public void Dispose() => waiting.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        try
        {
            waiting.Add(task);
        }
        catch (InvalidOperationException)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => waiting;

    private void Run()
    {
        current = this;
        LowPriority.Enter();
        foreach (var task in waiting.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}
