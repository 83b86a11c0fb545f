using System.Runtime.InteropServices;

namespace Dispatch.Time;

/// <summary>Lets the system prefer all other threads to the calling one.</summary>
internal static class LowPriority
{
    // A tenth of the processor time of a usual thread if both want it.
    private const int Nice = 10;

    /// <summary>For the rest of the thread's life: without privileges, Linux does not raise it again.</summary>
    public static void Enter()
    {
        // .NET changes nothing on Linux. There each thread has a nice value of its own; elsewhere it is the process's.
        if (OperatingSystem.IsLinux()) _ = SetPriority(which: 0, who: 0, Nice);
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    /// <summary>setpriority(2). Zeros mean the calling thread.</summary>
    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, uint who, int nice);
}
