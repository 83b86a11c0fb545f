using Dispatch.Time;

namespace Dispatch.Alarms;

internal enum AlarmKind
{
    Upcoming,

    /// <summary>The job's time had passed when it was armed.</summary>
    Overdue,

    /// <summary>The next attempt of a failed job. Not counted, because retries must not displace due jobs.</summary>
    Retry,
}

/// <summary>Knows which alarms are set, and counts them against the limits.</summary>
internal sealed class AlarmRoster(TimeProvider clock)
{
    /// <summary>The most overdue jobs armed at once: enough to keep deliveries busy, few enough not to delay new jobs.</summary>
    public const int OverdueWindow = 2_000;

    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> entries = [];
    private int counted;
    private int overdue;

    /// <summary>Raised when half of the <see cref="OverdueWindow"/> is free again.</summary>
    public event Action? OverdueHasRoom;

    /// <summary>The alarms that are set, without retries.</summary>
    public int Counted => Volatile.Read(ref counted);

    /// <summary>The overdue jobs that are armed and not done, without those that wait for a hanging receiver.</summary>
    public int Overdue => Volatile.Read(ref overdue);

    public void Add(Guid jobId, AlarmKind kind)
    {
        lock (gate)
        {
            Forget(jobId);
            entries[jobId] = new(clock.NowMs(), kind, SetOverdue: kind == AlarmKind.Overdue);
            Count(kind, 1);
        }
    }

    public void Remove(Guid jobId)
    {
        bool runsLow;
        lock (gate) runsLow = Forget(jobId);
        if (runsLow) OverdueHasRoom?.Invoke();
    }

    /// <summary>
    /// True if the alarm of an overdue job was set so recently that it still waits in Hangfire's queue, so that a second one would be a
    /// duplicate. False for an alarm that was set ahead: if it did not ring in time, it is lost.
    /// </summary>
    public bool WasSetRecently(Guid jobId)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(jobId, out var entry) || !entry.SetOverdue) return false;

            var age = clock.NowMs() - entry.SetAt;
            return age >= 0 && age < Recent.TotalMilliseconds;
        }
    }

    /// <summary>Stops counting overdue jobs that have waited this long: their receiver hangs, and others may use the window.</summary>
    public void ReleaseOverdueOlderThan(TimeSpan age)
    {
        lock (gate)
        {
            if (overdue == 0) return;
            var before = clock.NowMs() - (long)age.TotalMilliseconds;
            foreach (var (jobId, entry) in entries.Where(e => e.Value.Kind == AlarmKind.Overdue && e.Value.SetAt < before).ToArray())
            {
                entries[jobId] = entry with { Kind = AlarmKind.Upcoming };
                overdue--;
            }
        }
    }

    /// <summary>True if this removal brings the overdue jobs down to half of their window.</summary>
    private bool Forget(Guid jobId)
    {
        if (!entries.Remove(jobId, out var entry)) return false;
        Count(entry.Kind, -1);
        return entry.Kind == AlarmKind.Overdue && overdue == OverdueWindow / 2;
    }

    private void Count(AlarmKind kind, int step)
    {
        if (kind != AlarmKind.Retry) counted += step;
        if (kind == AlarmKind.Overdue) overdue += step;
    }

    private readonly record struct Entry(long SetAt, AlarmKind Kind, bool SetOverdue);
}
