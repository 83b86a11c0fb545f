using Dispatch.Model;
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

/// <summary>Knows each job's latest alarm that is set, and counts them against the limits.</summary>
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

    /// <summary>Takes the place of the job's older alarm, whose task ends. False: a newer one is set, and this one is stale.</summary>
    public bool Add(AlarmId alarm, AlarmKind kind)
    {
        Entry? old = null;
        lock (gate)
        {
            if (entries.TryGetValue(alarm.JobId, out var entry))
            {
                if (alarm.IsOlderThan(entry.Alarm)) return false;
                old = entry;
            }

            Forget(alarm.JobId);
            var replaced = old?.Alarm == alarm ? old.Value.Replaced : null;   // a lost alarm that is set again may ring at this moment
            entries[alarm.JobId] = new(alarm, clock.NowMs(), kind, SetOverdue: kind == AlarmKind.Overdue, replaced);
            Count(kind, 1);
        }

        if (old is { } other && other.Alarm != alarm) End(other);
        return true;
    }

    /// <summary>True if it is the job's latest alarm.</summary>
    public bool Has(AlarmId alarm)
    {
        lock (gate) return entries.TryGetValue(alarm.JobId, out var entry) && entry.Alarm == alarm;
    }

    /// <summary>
    /// The alarm rings. False: it is stale. True for an alarm that the roster does not know, too: the claim will show whether it is stale.
    /// </summary>
    /// <param name="replaced">Cancelled when a newer alarm takes the place of this one, or when it is removed.</param>
    public bool Begin(AlarmId alarm, CancellationTokenSource replaced)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(alarm.JobId, out var entry)) return true;
            if (entry.Alarm == alarm) entries[alarm.JobId] = entry with { Replaced = replaced };
            return !alarm.IsOlderThan(entry.Alarm);
        }
    }

    /// <summary>Forgets the alarm, but not one that has taken its place.</summary>
    public void Remove(AlarmId alarm)
    {
        var runsLow = false;
        lock (gate)
        {
            if (entries.TryGetValue(alarm.JobId, out var entry) && entry.Alarm == alarm) runsLow = Forget(alarm.JobId);
        }

        if (runsLow) OverdueHasRoom?.Invoke();
    }

    /// <summary>Forgets the job's alarm if it is of an earlier generation, and ends its task.</summary>
    public void RemoveOlder(Guid jobId, int generation)
    {
        Entry old;
        bool runsLow;
        lock (gate)
        {
            if (!entries.TryGetValue(jobId, out old) || old.Alarm.Generation >= generation) return;
            runsLow = Forget(jobId);
        }

        End(old);
        if (runsLow) OverdueHasRoom?.Invoke();
    }

    /// <summary>
    /// True if the alarm of an overdue job was set so recently that it still waits in Hangfire's queue, so that a second one would be a
    /// duplicate. False for an alarm that was set ahead: if it did not ring in time, it is lost.
    /// </summary>
    public bool WasSetRecently(AlarmId alarm)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(alarm.JobId, out var entry) || entry.Alarm != alarm || !entry.SetOverdue) return false;

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

    // Asynchronously, because the task would otherwise go on in its canceller's call.
    private static void End(Entry entry) => _ = entry.Replaced?.CancelAsync();

    /// <param name="Replaced">Ends the task of the alarm; null until it rings.</param>
    private readonly record struct Entry(
        AlarmId Alarm, long SetAt, AlarmKind Kind, bool SetOverdue, CancellationTokenSource? Replaced);
}
