using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Background threads that write Hangfire's books after deliveries. A success is booked a second later: nobody waits for it, and while a burst is on
/// its way it would take 15 % of the processor from it (measured with <c>bench/run.sh burst</c>). A failure is booked at once, for the retry's alarm depends on it,
/// but not by the delivery's own task: a thousand that fail together would each block a thread of the pool while SQL Server answers.
/// </summary>
internal sealed class HangfireStateWriter : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<(TimeSpan At, Action Entry)> later = new(new ConcurrentQueue<(TimeSpan, Action)>());
    private readonly BlockingCollection<(TimeSpan At, Action Entry)> soon = new(new ConcurrentQueue<(TimeSpan, Action)>());
    private readonly CancellationTokenSource closing = new();
    private readonly Thread[] threads;
    private readonly ILogger log;

    public HangfireStateWriter(AlarmQueue queue, ILogger<HangfireStateWriter> log)
    {
        this.log = log;
        threads = [.. Enumerable.Repeat(later, queue.Threads).Concat(Enumerable.Repeat(soon, queue.Threads))
            .Select(entries => new Thread(() => WriteAll(entries)) { Name = "Dispatch:HangfireStateWriter", IsBackground = true })];
        foreach (var thread in threads) thread.Start();
    }

    /// <summary>A second later.</summary>
    public void WriteLater(Action entry) => Add(later, Uptime + Delay, entry);

    public void WriteAtOnce(Action entry) => Add(soon, Uptime, entry);

    public void Dispose()
    {
        closing.Cancel();   // what is not in the books yet goes with Hangfire's memory, or is cleared by another host; the rows know better
        if (!threads.All(thread => thread.Join(TimeSpan.FromSeconds(5)))) return;   // the storage does not answer; the threads end with the process
        closing.Dispose();
        later.Dispose();
        soon.Dispose();
    }

    private static TimeSpan Uptime => TimeSpan.FromMilliseconds(Environment.TickCount64);

    private void Add(BlockingCollection<(TimeSpan At, Action Entry)> entries, TimeSpan at, Action entry)
    {
        if (!closing.IsCancellationRequested) entries.Add((at, entry));
    }

    private void WriteAll(BlockingCollection<(TimeSpan At, Action Entry)> entries)
    {
        try
        {
            foreach (var (at, entry) in entries.GetConsumingEnumerable(closing.Token))
            {
                if (at - Uptime is var left && left > TimeSpan.Zero && closing.Token.WaitHandle.WaitOne(left)) return;
                Write(entry);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
        }
    }

    private void Write(Action entry)
    {
        try
        {
            entry();
        }
        catch (Exception exception)
        {
            Log.HangfireStateNotWritten(log, exception);   // only Hangfire's view is stale; the job row holds the truth
        }
    }
}
