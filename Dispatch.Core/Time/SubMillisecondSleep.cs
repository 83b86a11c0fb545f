using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Dispatch.Time;

/// <summary>
/// Waits that are shorter than .NET can sleep, for one thread. Linux sleeps as short as it is asked to. On other systems the thread spins,
/// for at most a tenth of the time: more spinning would cost the deliveries more than waking up to 1 ms late.
/// </summary>
internal sealed class SubMillisecondSleep
{
    /// <summary>The longest such wait; .NET sleeps no shorter.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1);

    private const double SpinShare = 0.1;
    private const double MaxCreditMs = 10;

    private double creditMs = MaxCreditMs;
    private long lastCredit = Stopwatch.GetTimestamp();
    private bool hasSlept;

    /// <summary>True if the credit covers the wait, which then uses it up.</summary>
    public bool CanAfford(TimeSpan wait)
    {
        if (OperatingSystem.IsLinux()) return true;

        var now = Stopwatch.GetTimestamp();
        creditMs = Math.Min(MaxCreditMs, creditMs + (Stopwatch.GetElapsedTime(lastCredit, now).TotalMilliseconds * SpinShare));
        lastCredit = now;
        if (creditMs < wait.TotalMilliseconds) return false;
        creditMs -= wait.TotalMilliseconds;
        return true;
    }

    /// <summary>Uses the monotonic clock, because the wall clock may be set back. The caller checks the wall clock afterwards.</summary>
    public void Wait(TimeSpan wait)
    {
        if (OperatingSystem.IsLinux()) Sleep(wait);
        else Spin(wait);
    }

    private static void Spin(TimeSpan wait)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < wait) Thread.SpinWait(20);
    }

    private void Sleep(TimeSpan wait)
    {
        // Otherwise the kernel adds up to 50 us to each sleep of the thread.
        if (!hasSlept) _ = Linux.ControlThread(Linux.SetTimerSlack, nanoseconds: 1);
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
