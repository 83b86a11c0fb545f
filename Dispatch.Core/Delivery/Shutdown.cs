using System.Diagnostics;
using Dispatch.Time;

namespace Dispatch.Delivery;

/// <summary>The two steps of a shutdown: the engine stops claiming, and later gives up on the deliveries still running.</summary>
internal sealed class Shutdown : IDisposable
{
    private static readonly TimeSpan MinDrain = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource claiming = new();
    private readonly CancellationTokenSource sending = new();
    private long? stoppedAt;

    /// <summary>Cancelled when no more jobs may be claimed.</summary>
    public CancellationToken Claiming => claiming.Token;

    /// <summary>Cancelled when running deliveries are given up. The next start logs them as interrupted and sends them again.</summary>
    public CancellationToken Sending => sending.Token;

    /// <summary>The rest of <see cref="Timing.Drain"/> since claiming stopped, at least one second.</summary>
    public TimeSpan DrainLeft
    {
        get
        {
            var left = Timing.Drain - Stopwatch.GetElapsedTime(stoppedAt ?? Stopwatch.GetTimestamp());
            return left > MinDrain ? left : MinDrain;
        }
    }

    public void StopClaiming()
    {
        stoppedAt ??= Stopwatch.GetTimestamp();
        claiming.Cancel();
    }

    public void Abort() => sending.Cancel();

    public void Dispose()
    {
        claiming.Dispose();
        sending.Dispose();
    }
}
