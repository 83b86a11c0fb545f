using Dispatch.Time;

namespace Dispatch.Alarms;

/// <summary>What an alarm was set for.</summary>
internal enum AlarmKind
{
    /// <summary>A job that is due later.</summary>
    Ahead,

    /// <summary>A job whose time had passed when it was armed.</summary>
    Overdue,

    /// <summary>The next attempt of a failed job. Not counted: retries must not crowd out jobs that are due.</summary>
    Retry,
}

/// <summary>Which alarms are out, and how many of them count against which limit.</summary>
internal sealed class AlarmRoster(TimeProvider clock)
{
    /// <summary>How many of the overdue are armed at once: enough to keep the wire busy, few enough that new jobs do not queue behind them.</summary>
    public const int OverdueWindow = 2_000;

    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> entries = [];
    private int counted;
    private int overdue;

    /// <summary>Raised when few of the overdue that were armed are left.</summary>
    public event Action? OverdueRunsLow;

    /// <summary>Alarms that are out, retries aside.</summary>
    public int Counted => Volatile.Read(ref counted);

    /// <summary>Overdue jobs armed and not done, those aside that wait behind their receiver.</summary>
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
        if (runsLow) OverdueRunsLow?.Invoke();
    }

    /// <summary>
    /// True where an alarm for a job that was overdue already was set so short a time ago that setting another would be haste: it stands in
    /// Hangfire's queue. One that was set ahead and did not ring in time is lost, however lately it was set.
    /// </summary>
    public bool WasSetLately(Guid jobId)
    {
        lock (gate) return entries.TryGetValue(jobId, out var entry) && entry.SetOverdue && clock.NowMs() - entry.SetAt is >= 0 and var age && age < Lately.TotalMilliseconds;
    }

    /// <summary>Overdue jobs that have waited this long wait behind a receiver that hangs: they give their place in the window to others.</summary>
    public void ReleaseOverdueOlderThan(TimeSpan age)
    {
        lock (gate)
        {
            if (overdue == 0) return;
            var before = clock.NowMs() - (long)age.TotalMilliseconds;
            foreach (var (jobId, entry) in entries.Where(e => e.Value.Kind == AlarmKind.Overdue && e.Value.SetAt < before).ToArray())
            {
                entries[jobId] = entry with { Kind = AlarmKind.Ahead };
                overdue--;
            }
        }
    }

    /// <summary>True when this brings the overdue down to half their window.</summary>
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
