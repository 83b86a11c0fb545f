using System.Collections.Concurrent;
using System.Reflection;
using Dispatch.Jobs;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using HangfireJob = Hangfire.Common.Job;

namespace Dispatch.Execution;

/// <summary>
/// Tells Hangfire when to wake the engine for which job, and knows which alarms are out. It holds only what is due soon; the rest
/// waits in the database, so that memory does not grow with the number of pending jobs.
/// </summary>
internal sealed class AlarmClock(IBackgroundJobClient hangfire, TimeProvider clock, ILogger<AlarmClock> log) : IDisposable
{
    public const string Queue = "deliveries";

    /// <summary>Alarms out at once. One costs about 2 KB in Hangfire's memory.</summary>
    public const int Capacity = 100_000;

    private static readonly MethodInfo Entry = typeof(DeliveryJob).GetMethod(nameof(DeliveryJob.DeliverAsync))!;

    private readonly ConcurrentDictionary<Guid, Armed> armed = new();
    private readonly BlockingCollection<Alarm> toSet = new(new ConcurrentQueue<Alarm>());
    private Thread? setter;
    private int overdue;

    /// <summary>Raised when few of the overdue jobs that were armed are left.</summary>
    public event Action? OverdueRunsLow;

    public int Count => armed.Count;

    /// <summary>Armed jobs whose time had passed when they were armed.</summary>
    public int Overdue => Volatile.Read(ref overdue);

    /// <summary>How many of the overdue are armed at once: enough to keep the wire busy, few enough that new jobs do not queue behind them.</summary>
    public const int OverdueWindow = 2_000;

    public void Start()
    {
        // A thread of its own: a call into Hangfire's storage blocks, and the callers are requests.
        setter = new Thread(SetAll) { Name = "Dispatch:AlarmClock", IsBackground = true };
        setter.Start();
    }

    /// <summary>True where a job due then is armed at once rather than left to the sweeper.</summary>
    public bool HasRoomFor(long dueAt) => dueAt - clock.NowMs() is var ahead
        && (ahead <= Timing.NearHorizon.TotalMilliseconds ? Count < Capacity : ahead <= Timing.Horizon.TotalMilliseconds && Count < Capacity / 2);

    /// <summary>Arms the job. Never fails: an alarm that gets lost is found by the sweeper.</summary>
    public void Set(Alarm alarm)
    {
        var now = clock.NowMs();
        var entry = new Armed(now, IsOverdue: alarm.DueAt <= now);
        armed.AddOrUpdate(alarm.JobId, entry, (_, old) => Replace(old, entry));
        if (entry.IsOverdue) Interlocked.Increment(ref overdue);
        if (!toSet.IsAddingCompleted) toSet.Add(alarm);
    }

    /// <summary>The retry filter has put the same Hangfire job back on the schedule.</summary>
    public void Reset(Guid jobId) => armed.AddOrUpdate(jobId, new Armed(clock.NowMs(), false), (_, old) => Replace(old, new Armed(clock.NowMs(), false)));

    /// <summary>The alarm has done its work.</summary>
    public void Clear(Guid jobId)
    {
        if (armed.TryRemove(jobId, out var entry) && entry.IsOverdue) CountOverdueDown();
    }

    /// <summary>
    /// True where an alarm for a job that was overdue already was set in the last 15 s: it stands in Hangfire's queue, so that setting another
    /// would be haste. One that was set ahead and did not ring in time is lost, however lately it was set.
    /// </summary>
    public bool WasSetLately(Guid jobId) => armed.TryGetValue(jobId, out var entry) && entry.IsOverdue && clock.NowMs() - entry.SetAt is >= 0 and < 15_000;

    public void Dispose()
    {
        toSet.CompleteAdding();
        setter?.Join(TimeSpan.FromSeconds(5));
        toSet.Dispose();
    }

    private Armed Replace(Armed old, Armed entry)
    {
        if (old.IsOverdue) CountOverdueDown();
        return entry;
    }

    private void CountOverdueDown()
    {
        if (Interlocked.Decrement(ref overdue) == OverdueWindow / 2) OverdueRunsLow?.Invoke();
    }

    private void SetAll()
    {
        foreach (var alarm in toSet.GetConsumingEnumerable())
        {
            try
            {
                // Built from the cached method: Hangfire's expression trees cost a third more.
                var job = new HangfireJob(typeof(DeliveryJob), Entry, [alarm.JobId, alarm.ProjectId, alarm.Destination, alarm.DueAt, alarm.IsRetry], Queue);
                var ringsAt = DateTimeOffset.FromUnixTimeMilliseconds(alarm.DueAt).UtcDateTime - Timing.AlarmLead;
                IState state = ringsAt <= clock.GetUtcNow().UtcDateTime ? new EnqueuedState(Queue) : new ScheduledState(ringsAt);
                hangfire.Create(job, state);
            }
            catch (Exception exception)
            {
                Log.AlarmNotSet(log, alarm.JobId, exception);
            }
        }
    }

    private sealed record Armed(long SetAt, bool IsOverdue);
}
