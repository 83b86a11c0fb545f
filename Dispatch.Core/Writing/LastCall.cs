using System.Diagnostics;

namespace Dispatch.Writing;

/// <summary>The end of a <see cref="WriteQueue"/>: it takes no more writes, and for a while goes on to store what waits.</summary>
internal sealed class LastCall
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private long begunAt;   // 0: not yet

    public bool HasBegun => Volatile.Read(ref begunAt) != 0;

    /// <summary>True if what still waits is given up.</summary>
    public bool IsOver => HasBegun && Stopwatch.GetElapsedTime(Volatile.Read(ref begunAt)) > Patience;

    public void Begin() => Interlocked.CompareExchange(ref begunAt, Stopwatch.GetTimestamp(), 0);

    public static StoreUnavailableException Refusal() => new("This host is stopping.", new ObjectDisposedException(nameof(WriteQueue)));
}
