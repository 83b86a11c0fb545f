using System.Diagnostics;
using Dispatch.Fairness;
using Dispatch.Time;

namespace Dispatch.Writing;

/// <summary>
/// The frequent writes that wait for a batch: those of callers, of the engine, and those that must be tried again. Accounts take turns.
/// </summary>
internal sealed class WriteBuffer(TimeProvider clock) : IDisposable
{
    /// <summary>Writes in one transaction: enough to hide the fsync, few enough that a claim never waits long behind inserts.</summary>
    private const int LargestBatch = 1000;

    /// <summary>
    /// The same while several accounts write: a write waits for the batch before its own, which would be somebody else's.
    /// </summary>
    private const int SharedBatch = 250;

    /// <summary>
    /// Payload and answers in one transaction, of callers and of the engine each. A small write waits for the whole batch, and a megabyte
    /// takes a database up to 15 ms.
    /// </summary>
    private const int MaxBatchBytes = 512 * 1024;

    private readonly Lock gate = new();
    private readonly FairQueue<WriteRequest> callers = new();
    private readonly FairQueue<WriteRequest> engine = new();
    private readonly PriorityQueue<WriteRequest, long> postponed = new();
    private readonly AutoResetEvent arrived = new(false);
    private long earliest = long.MaxValue;
    private Guid lastAccount;
    private long? sharedAt;   // when a write came after one of another account
    private bool isClosed;

    /// <summary>True if no write waits or is postponed.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate) return callers.Count == 0 && engine.Count == 0 && postponed.Count == 0;
        }
    }

    /// <summary>True if no more writes come and none is left.</summary>
    public bool HasEnded
    {
        get
        {
            lock (gate) return isClosed && IsEmpty;
        }
    }

    /// <summary>False: the host is stopping.</summary>
    public bool Add(WriteRequest write)
    {
        write.At = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (isClosed) return false;
            if (Enqueue(write)) arrived.Set();
            return true;
        }
    }

    /// <summary>The write is tried again after that time, even if the buffer is closed meanwhile.</summary>
    public void Postpone(WriteRequest write, TimeSpan delay)
    {
        lock (gate) postponed.Enqueue(write, Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency));
    }

    public void Close()
    {
        lock (gate) isClosed = true;
        arrived.Set();
    }

    /// <summary>What waits now. The postponed writes whose time has come are among it.</summary>
    public WaitingWrites Look()
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            while (postponed.TryPeek(out _, out var at) && at <= now) Enqueue(postponed.Dequeue());
            TimeSpan? untilDeadline = earliest == long.MaxValue ? null : TimeSpan.FromMilliseconds(earliest - clock.NowMs());
            return new WaitingWrites(callers.Count, engine.Count, untilDeadline, IsFull: engine.Count >= MaxBatch);
        }
    }

    /// <summary>Waits for a write that may change when the next batch begins, at most that long.</summary>
    public void Wait(TimeSpan limit)
    {
        lock (gate)
        {
            if (postponed.TryPeek(out _, out var at))
            {
                var untilNext = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
                if (untilNext < limit) limit = untilNext;
            }
        }

        if (limit <= TimeSpan.Zero) return;
        // Rounded up: a wait of 0.4 ms would otherwise be a busy loop.
        arrived.WaitOne(limit == TimeSpan.MaxValue ? Timeout.Infinite : (int)Math.Ceiling(limit.TotalMilliseconds));
    }

    /// <summary>Takes the callers' writes, and the engine's if they are due.</summary>
    public List<WriteRequest> Take(bool withEngineWrites)
    {
        var taken = new List<WriteRequest>();
        lock (gate)
        {
            // Half of a batch is the engine's if it needs it, because callers could otherwise keep its writes out for ever.
            var max = MaxBatch;
            var callersMax = withEngineWrites ? max - Math.Min(engine.Count, max / 2) : max;
            Take(callers, callersMax, taken);
            if (!withEngineWrites) return taken;
            Take(engine, max, taken);
            if (engine.Count == 0) earliest = long.MaxValue;
        }

        return taken;
    }

    /// <summary>Takes everything, whenever it is due.</summary>
    public IReadOnlyList<WriteRequest> TakeAll()
    {
        lock (gate)
        {
            WriteRequest[] all =
                [.. callers.DequeueAll(), .. engine.DequeueAll(), .. postponed.UnorderedItems.Select(item => item.Element)];
            postponed.Clear();
            return all;
        }
    }

    public void Dispose() => arrived.Dispose();

    private int MaxBatch =>
        sharedAt is { } at && Stopwatch.GetElapsedTime(at) < TimeSpan.FromSeconds(1) ? SharedBatch : LargestBatch;

    private static void Take(FairQueue<WriteRequest> queue, int maxCount, List<WriteRequest> taken)
    {
        var bytes = 0;
        while (taken.Count < maxCount && bytes < MaxBatchBytes && queue.TryDequeue(out var write))
        {
            taken.Add(write);
            bytes += write.Bytes;
        }
    }

    private void NoteAccount(Guid accountId)
    {
        if (accountId == Guid.Empty) return;   // maintenance of the engine is nobody's
        if (lastAccount != Guid.Empty && lastAccount != accountId) sharedAt = Stopwatch.GetTimestamp();
        lastAccount = accountId;
    }

    /// <summary>True if the write may change when the next batch begins, so that the writer must look.</summary>
    private bool Enqueue(WriteRequest write)
    {
        var queue = write.IsAwaited ? callers : engine;
        queue.Enqueue(write.AccountId, write);
        NoteAccount(write.AccountId);
        if (write.IsAwaited) return queue.Count == 1;

        var isUrgent = write.Before < earliest;
        if (isUrgent) earliest = write.Before!.Value;
        return isUrgent || queue.Count == 1 || queue.Count == MaxBatch;
    }
}
