using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Dispatch.Execution;

/// <summary>One background thread that writes Hangfire's books after deliveries.</summary>
internal sealed class Bookkeeper : IDisposable
{
    private readonly BlockingCollection<Action> entries = new(new ConcurrentQueue<Action>());
    private readonly Thread thread;

    public Bookkeeper(ILogger<Bookkeeper> log)
    {
        thread = new Thread(() => Keep(log)) { Name = "Dispatch:Bookkeeper", IsBackground = true, Priority = ThreadPriority.BelowNormal };
        thread.Start();
    }

    public void Enter(Action entry)
    {
        if (!entries.IsAddingCompleted) entries.Add(entry);
    }

    public void Dispose()
    {
        entries.CompleteAdding();
        thread.Join(TimeSpan.FromSeconds(5));
        entries.Dispose();
    }

    private void Keep(ILogger log)
    {
        foreach (var entry in entries.GetConsumingEnumerable())
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
}
