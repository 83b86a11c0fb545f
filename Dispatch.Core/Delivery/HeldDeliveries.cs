using Dispatch.Delivery.Targets;
using Dispatch.Settings;
using Microsoft.Extensions.Logging;

namespace Dispatch.Delivery;

/// <summary>
/// Holds deliveries that could not begin because this host itself lacks something. That is no attempt: the job keeps its claim, and
/// nothing is recorded. Each shortage is said once in the log, with its remedy, and once when it is over.
/// </summary>
internal sealed class HeldDeliveries(Descriptors descriptors, TimeProvider clock, ILogger<HeldDeliveries> log) : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    // A shortage comes and goes with each connection, so it is over when nobody has met it for this long.
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim ended = new(0);
    private readonly Lock gate = new();
    private readonly Dictionary<HostShortage, long> lastMet = [];   // those that are not over
    private volatile bool isShort;
    private int waiting;

    /// <summary>Waits until another one has ended, which may have left what is missing, or for a time that grows to a second.</summary>
    /// <param name="tries">How often this delivery was held before.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public async Task WaitAsync(HostShortage shortage, int tries, CancellationToken cancellation)
    {
        Note(shortage);
        var wait = FirstWait * (1 << Math.Min(tries, 10));
        Interlocked.Increment(ref waiting);
        try
        {
            await ended.WaitAsync(wait < LongestWait ? wait : LongestWait, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <summary>A delivery has ended, so the one that has been held the longest tries again.</summary>
    public void DeliveryEnded()
    {
        if (!isShort) return;
        if (ended.CurrentCount < Volatile.Read(ref waiting)) ended.Release();
        EndWhatIsOver();
    }

    public void Dispose() => ended.Dispose();

    private void Note(HostShortage shortage)
    {
        bool isNew;
        lock (gate)
        {
            isNew = !lastMet.ContainsKey(shortage);
            lastMet[shortage] = clock.GetTimestamp();
            isShort = true;
        }

        if (isNew) Log.HostShort(log, NameOf(shortage), RemedyOf(shortage));
    }

    private void EndWhatIsOver()
    {
        HostShortage[] over;
        lock (gate)
        {
            over = [.. from met in lastMet where clock.GetElapsedTime(met.Value) >= Calm select met.Key];
            foreach (var shortage in over) lastMet.Remove(shortage);
            isShort = lastMet.Count > 0;
        }

        foreach (var shortage in over) Log.HostShortNoMore(log, NameOf(shortage));
    }

    private static string NameOf(HostShortage shortage) => shortage switch
    {
        HostShortage.Descriptors => "file descriptors",
        HostShortage.Ports => "local ports",
        HostShortage.Memory => "memory or threads",
    };

    private string RemedyOf(HostShortage shortage) => shortage switch
    {
        HostShortage.Descriptors =>
            $"raise their limit, which is {descriptors} (ulimit -n, LimitNOFILE), or lower Delivery:MaxConcurrency",
        HostShortage.Ports => "widen net.ipv4.ip_local_port_range, or lower Delivery:MaxPerDestination",
        HostShortage.Memory => "raise the limits of memory and threads (MemoryMax, TasksMax), or lower Delivery:MaxConcurrency",
    };
}
