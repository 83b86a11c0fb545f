using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Writes Hangfire's states after deliveries, on threads of its own: otherwise a thousand deliveries that fail together would each block a
/// pool thread while SQL Server answers. A failure is written at once, because the retry's alarm depends on it. A success is written a
/// second later, because nobody waits for it and during a burst it would take processor time from the deliveries.
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

    public void WriteLater(Action entry) => Add(later, Uptime + Delay, entry);

    public void WriteAtOnce(Action entry) => Add(soon, Uptime, entry);

    public void Dispose()
    {
        closing.Cancel();   // unwritten states end with Hangfire's memory, or another host clears them; the job rows are right
        var haveEnded = threads.All(thread => thread.Join(TimeSpan.FromSeconds(5)));
        if (!haveEnded) return;   // the storage does not answer; the threads end with the process
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
                var left = at - Uptime;
                var isClosing = left > TimeSpan.Zero && closing.Token.WaitHandle.WaitOne(left);
                if (isClosing) return;

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
            Log.HangfireStateNotWritten(log, exception);   // only Hangfire's view is stale; the job row is right
        }
    }
}
