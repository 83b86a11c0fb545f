using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dispatch.Execution;

/// <summary>
/// One background thread that writes Hangfire's books after deliveries, a second later: nobody waits for them, and while a burst is
/// on its way they would take 15 % of the processor from it (measured with <c>bench burst</c>).
/// </summary>
internal sealed class Bookkeeper : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly BlockingCollection<(TimeSpan At, Action Entry)> entries = new(new ConcurrentQueue<(TimeSpan, Action)>());
    private readonly CancellationTokenSource closing = new();
    private readonly Thread thread;

    public Bookkeeper(ILogger<Bookkeeper> log)
    {
        thread = new Thread(() => Keep(log)) { Name = "Dispatch:Bookkeeper", IsBackground = true };
        thread.Start();
    }

    public void Enter(Action entry)
    {
        if (!closing.IsCancellationRequested) entries.Add((Uptime + Delay, entry));
    }

    public void Dispose()
    {
        closing.Cancel();   // what is not in the books yet goes with Hangfire's memory; elsewhere its jobs run once more and find their row final
        thread.Join(TimeSpan.FromSeconds(5));
        closing.Dispose();
        entries.Dispose();
    }

    private static TimeSpan Uptime => TimeSpan.FromMilliseconds(Environment.TickCount64);

    private void Keep(ILogger log)
    {
        try
        {
            foreach (var (at, entry) in entries.GetConsumingEnumerable(closing.Token))
            {
                if (at - Uptime is var left && left > TimeSpan.Zero && closing.Token.WaitHandle.WaitOne(left)) return;
                Write(entry, log);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
        }
    }

    private static void Write(Action entry, ILogger log)
    {
        try
        {
            entry();
        }
        catch (Exception exception)
        {
            Log.BookkeepingFailed(log, exception);   // only Hangfire's view is stale; the job row holds the truth
        }
    }
}
