using System.Diagnostics;
using Dispatch.Time;

namespace Dispatch.Delivery;

/// <summary>The two steps in which the engine ends.</summary>
internal sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource claiming = new();
    private long? stoppedAt;
    private readonly CancellationTokenSource sending = new();

    /// <summary>Cancelled when nothing more may be claimed.</summary>
    public CancellationToken Claiming => claiming.Token;

    /// <summary>Cancelled when even what is on the wire is given up; the next start logs it as interrupted and sends it again.</summary>
    public CancellationToken Sending => sending.Token;

    /// <summary>What is left of <see cref="Timing.Drain"/> since claiming stopped; a second at least.</summary>
    public TimeSpan DrainLeft => Timing.Drain - Stopwatch.GetElapsedTime(stoppedAt ?? Stopwatch.GetTimestamp()) is var left && left > TimeSpan.FromSeconds(1)
        ? left : TimeSpan.FromSeconds(1);

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
