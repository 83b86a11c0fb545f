using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dispatch.Time;

/// <summary>
/// Waits of less than .NET can sleep, for the one thread that makes it. Linux sleeps as short as it is asked to; elsewhere the clock is watched, for at most a tenth of the time:
/// above that, waking up to 1 ms late costs less than it takes from the deliveries.
/// </summary>
internal sealed class SubMillisecondSleep
{
    /// <summary>The longest of these waits; .NET sleeps no less.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1);

    private const double WatchShare = 0.1;
    private const double MostCreditMs = 10;

    private double creditMs = MostCreditMs;
    private long lastCredit = Stopwatch.GetTimestamp();
    private bool hasSlept;

    /// <summary>Whether there is credit for the wait, which takes it.</summary>
    public bool CanAfford(TimeSpan wait)
    {
        if (OperatingSystem.IsLinux()) return true;

        var now = Stopwatch.GetTimestamp();
        creditMs = Math.Min(MostCreditMs, creditMs + (Stopwatch.GetElapsedTime(lastCredit, now).TotalMilliseconds * WatchShare));
        lastCredit = now;
        if (creditMs < wait.TotalMilliseconds) return false;
        creditMs -= wait.TotalMilliseconds;
        return true;
    }

    /// <summary>Ends about when so much time has passed, by the monotonic clock: the other one may be set back. The caller looks at that again.</summary>
    public void Wait(TimeSpan wait)
    {
        if (OperatingSystem.IsLinux()) Sleep(wait);
        else Watch(wait);
    }

    private static void Watch(TimeSpan wait)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < wait) Thread.SpinWait(20);
    }

    private void Sleep(TimeSpan wait)
    {
        if (!hasSlept) _ = Linux.ControlThread(Linux.SetTimerSlack, nanoseconds: 1);   // else the kernel adds up to 50 us to each sleep of the thread
        hasSlept = true;
        _ = Linux.Sleep(new Linux.Duration(0, (nint)wait.TotalNanoseconds), remaining: IntPtr.Zero);
    }

    private static class Linux
    {
        public const int SetTimerSlack = 29;   // prctl(2)

        [DllImport("libc", EntryPoint = "nanosleep")]
        public static extern int Sleep(in Duration wait, IntPtr remaining);

        [DllImport("libc", EntryPoint = "prctl")]
        public static extern int ControlThread(int option, nuint nanoseconds);

        /// <summary>timespec(3).</summary>
        public readonly record struct Duration(nint Seconds, nint Nanoseconds);
    }
}
