using Dispatch.Fairness;
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

/// <summary>
/// Knows each job's latest alarm that is set, and counts them against the limits, in total and per account: an account may have as many
/// as are free.
/// </summary>
internal sealed class AlarmRoster(TimeProvider clock)
{
    /// <summary>
    /// The most overdue jobs armed at once. The half of it that one account gets is enough to keep deliveries busy, and few enough not to
    /// delay new jobs.
    /// </summary>
    public const int OverdueWindow = 4_000;

    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Entry> entries = [];
    private readonly AlarmCounts counts = new();

    /// <summary>Raised when half of an account's part of the <see cref="OverdueWindow"/> is free again.</summary>
    public event Action? OverdueHasRoom;

    /// <summary>The alarms that are set, without retries.</summary>
    public int Counted => counts.Total.Set;

    /// <summary>The overdue jobs that are armed and not done, without those that wait for a hanging receiver.</summary>
    public int Overdue => counts.Total.Overdue;

    /// <summary>The alarms of retries, which are not counted against the limits.</summary>
    public int Retries { get; private set; }

    /// <summary>True if the account may have another alarm, within so many of all accounts.</summary>
    public bool HasRoom(Guid accountId, int limit)
    {
        lock (gate) return counts.Of(accountId).Set < limit - Counted;
    }

    /// <summary>The projects of the accounts that have so many alarms that they may not have more.</summary>
    /// <param name="limit">The most alarms of all accounts; null: of overdue jobs.</param>
    public IReadOnlyList<Guid> Crowded(int? limit)
    {
        lock (gate)
        {
            return counts.Crowded(count => limit is { } set ? count.Set >= set - Counted : count.Overdue >= OverdueWindow - Overdue);
        }
    }

    /// <summary>Takes the place of the job's older alarm, whose task ends. False: a newer one is set, and this one is stale.</summary>
    public bool Add(Alarm alarm, AlarmKind kind)
    {
        Entry? old = null;
        lock (gate)
        {
            if (entries.TryGetValue(alarm.JobId, out var entry))
            {
                if (alarm.Id.IsOlderThan(entry.Alarm)) return false;
                old = entry;
            }

            Forget(alarm.JobId);
            var replaced = old?.Alarm == alarm.Id ? old.Value.Replaced : null;   // a lost alarm that is set again may ring at this moment
            entries[alarm.JobId] = new(
                alarm.Id, alarm.AccountId, alarm.ProjectId, clock.NowMs(), kind, SetOverdue: kind == AlarmKind.Overdue, replaced,
                Place: null, UntilItRings: null);
            Count(entries[alarm.JobId], 1);
        }

        if (old is { } other && other.Alarm != alarm.Id) End(other);
        return true;
    }

    /// <summary>Hangfire gets the alarm. False: it is no longer the job's latest, and the caller keeps the place.</summary>
    /// <param name="place">Returned when the alarm is done or forgotten.</param>
    /// <param name="untilItRings">Returned when the alarm rings.</param>
    public bool HandOver(AlarmId alarm, Permit place, Permit? untilItRings)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(alarm.JobId, out var entry) || entry.Alarm != alarm || entry.Place is not null) return false;
            entries[alarm.JobId] = entry with { Place = place, UntilItRings = untilItRings };
            return true;
        }
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
            if (entry.Alarm == alarm)
            {
                entry.UntilItRings?.Dispose();
                entries[alarm.JobId] = entry with { Replaced = replaced };
            }

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
    /// True if the alarm is not lost though it did not ring in time: it waits for its account's turn, or it was set for an overdue job so
    /// recently that it still waits in Hangfire's queue. An alarm that Hangfire got ahead of its time is lost.
    /// </summary>
    public bool IsUnderWay(AlarmId alarm)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(alarm.JobId, out var entry) || entry.Alarm != alarm) return false;
            if (entry is { Place: null, Kind: not AlarmKind.Retry }) return true;

            var age = clock.NowMs() - entry.SetAt;
            return entry.SetOverdue && age >= 0 && age < Recent.TotalMilliseconds;
        }
    }

    /// <summary>Stops counting overdue jobs that have waited this long: their receiver hangs, and others may use the window.</summary>
    public void ReleaseOverdueOlderThan(TimeSpan age)
    {
        lock (gate)
        {
            if (Overdue == 0) return;
            var before = clock.NowMs() - (long)age.TotalMilliseconds;
            foreach (var (jobId, entry) in entries.Where(e => e.Value.Kind == AlarmKind.Overdue && e.Value.SetAt < before).ToArray())
            {
                Count(entry, -1);
                entries[jobId] = entry with { Kind = AlarmKind.Upcoming };
                Count(entries[jobId], 1);
            }
        }
    }

    /// <summary>True if this removal brings the overdue jobs down to half of what their account, or all accounts, may have.</summary>
    private bool Forget(Guid jobId)
    {
        if (!entries.Remove(jobId, out var entry)) return false;
        entry.Place?.Dispose();
        entry.UntilItRings?.Dispose();
        Count(entry, -1);
        return entry.Kind == AlarmKind.Overdue
            && (Overdue == OverdueWindow / 2 || counts.Of(entry.AccountId).Overdue == OverdueWindow / 4);
    }

    private void Count(Entry entry, int step)
    {
        if (entry.Kind == AlarmKind.Retry) Retries += step;
        else
            counts.Add(entry.AccountId, entry.ProjectId, new AlarmCount(step, entry.Kind == AlarmKind.Overdue ? step : 0));
    }

    // Asynchronously, because the task would otherwise go on in its canceller's call.
    private static void End(Entry entry) => _ = entry.Replaced?.CancelAsync();

    /// <param name="Replaced">Ends the task of the alarm; null until it rings.</param>
    /// <param name="Place">The account's place for it in Hangfire; null until Hangfire gets it.</param>
    /// <param name="UntilItRings">Its place among those that ring at once; null if it rings later.</param>
    private readonly record struct Entry(
        AlarmId Alarm, Guid AccountId, Guid ProjectId, long SetAt, AlarmKind Kind, bool SetOverdue, CancellationTokenSource? Replaced,
        Permit? Place, Permit? UntilItRings);
}
