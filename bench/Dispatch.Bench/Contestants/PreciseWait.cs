using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// Blocks a thread of the bench's own until an instant, to some 0.1 ms: .NET's timers are up to 4 ms off, so that an open loop would send
/// its requests in bundles. Linux only, as the whole bench.
/// </summary>
internal static class PreciseWait
{
    /// <param name="timestamp">Of <see cref="Stopwatch"/>.</param>
    public static void Until(long timestamp)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        if (left > TimeSpan.Zero) _ = Sleep(
            new Duration((nint)(left.Ticks / TimeSpan.TicksPerSecond), (nint)(left.Ticks % TimeSpan.TicksPerSecond * 100)), IntPtr.Zero);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int Sleep(in Duration wait, IntPtr remaining);

    /// <summary>timespec(3).</summary>
    private readonly record struct Duration(nint Seconds, nint Nanoseconds);
}
