using System.Collections.Concurrent;
using System.Reflection;
using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using HangfireJob = Hangfire.Common.Job;

namespace Dispatch.Execution;

/// <summary>
/// Tells Hangfire when to wake the engine for which job. It holds only what is due soon; the rest
/// waits in the database, so that memory does not grow with the number of pending jobs.
/// </summary>
internal sealed class AlarmClock(IBackgroundJobClient hangfire, AlarmRoster roster, TimeProvider clock, ILogger<AlarmClock> log) : IDisposable
{
    public const string Queue = "deliveries";

    /// <summary>Alarms out at once. One costs about 2 KB in Hangfire's memory.</summary>
    public const int Capacity = 100_000;

    private static readonly MethodInfo Entry = typeof(DeliveryJob).GetMethod(nameof(DeliveryJob.DeliverAsync))!;

    private readonly BlockingCollection<Alarm> toSet = new(new ConcurrentQueue<Alarm>());
    private Thread? setter;

    public void Start()
    {
        // A thread of its own: a call into Hangfire's storage blocks, and the callers are requests.
        setter = new Thread(SetAll) { Name = "Dispatch:AlarmClock", IsBackground = true };
        setter.Start();
    }

    /// <summary>True where a job due then is armed at once rather than left to the sweeper.</summary>
    public bool HasRoomFor(long dueAt) => dueAt - clock.NowMs() is var ahead
        && (ahead <= Timing.NearHorizon.TotalMilliseconds ? roster.Counted < Capacity : ahead <= Timing.Horizon.TotalMilliseconds && roster.Counted < Capacity / 2);

    /// <summary>Arms the job. Never fails: an alarm that gets lost is found by the sweeper.</summary>
    public void Set(Alarm alarm)
    {
        roster.Add(alarm.JobId, alarm.DueAt <= clock.NowMs() ? AlarmKind.Overdue : alarm.IsRetry ? AlarmKind.Retry : AlarmKind.Ahead);
        if (!toSet.IsAddingCompleted) toSet.Add(alarm);
    }

    public void Dispose()
    {
        toSet.CompleteAdding();
        setter?.Join(TimeSpan.FromSeconds(5));
        toSet.Dispose();
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
}
