namespace Dispatch.Time;

/// <summary>Wakes deliveries at their millisecond, never before. .NET's timers follow a clock that ticks every 4 ms on Linux.</summary>
internal sealed class PreciseTimer : IDisposable
{
    private readonly TimeProvider clock;
    private readonly PriorityQueue<Waiter, DateTimeOffset> waiters = new();
    private readonly Thread thread;
    private readonly SubMillisecondSleep sleep = new();
    private volatile bool closed;

    public PreciseTimer(TimeProvider clock)
    {
        this.clock = clock;
        thread = new Thread(Run) { Name = "Dispatch:PreciseTimer", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        thread.Start();
    }

    /// <summary>Ends at or right after the instant (milliseconds since the Unix epoch, UTC).</summary>
    public Task WaitUntilAsync(long unixMs, CancellationToken cancellation)
    {
        var instant = DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        if (instant <= clock.GetUtcNow()) return Task.CompletedTask;

        var waiter = new Waiter();
        lock (waiters)
        {
            var isNext = !waiters.TryPeek(out _, out var first) || instant < first;
            waiters.Enqueue(waiter, instant);
            if (isNext) Monitor.Pulse(waiters);
        }

        return cancellation.CanBeCanceled ? waiter.Task.WaitAsync(cancellation) : waiter.Task;
    }

    public void Dispose()
    {
        lock (waiters)
        {
            closed = true;
            Monitor.Pulse(waiters);
        }

        thread.Join();
    }

    private void Run()
    {
        var due = new List<Waiter>();
        while (!closed)
        {
            var left = TakeDueOrSleep(due);
            foreach (var waiter in due) waiter.TrySetResult();
            due.Clear();
            if (left > TimeSpan.Zero) sleep.Wait(left);
        }
    }

    /// <summary>Takes the due waiters, or sleeps towards the next one. Returns the remaining wait if it is too short to sleep.</summary>
    private TimeSpan TakeDueOrSleep(List<Waiter> due)
    {
        lock (waiters)
        {
            if (closed) return TimeSpan.Zero;
            var now = clock.GetUtcNow();
            while (waiters.TryPeek(out _, out var passed) && passed <= now) due.Add(waiters.Dequeue());
            if (due.Count > 0) return TimeSpan.Zero;
            if (!waiters.TryPeek(out _, out var instant))
            {
                Monitor.Wait(waiters);
                return TimeSpan.Zero;
            }

            var left = instant - now;
            if (left <= SubMillisecondSleep.Longest && sleep.CanAfford(left)) return left;

            // Whole milliseconds, rounded down. At most 1 s, in case the wall clock is set forward meanwhile.
            Monitor.Wait(waiters, (int)Math.Clamp(left.TotalMilliseconds, 1, 1000));
            return TimeSpan.Zero;
        }
    }

    private sealed class Waiter() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
