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
internal sealed class AlarmClock(IBackgroundJobClient hangfire, AlarmQueue queue, AlarmRoster roster, TimeProvider clock, ILogger<AlarmClock> log) : IDisposable
{
    /// <summary>Alarms out at once. One costs about 2 KB in Hangfire's memory.</summary>
    public const int Capacity = 100_000;

    private static readonly MethodInfo Entry = typeof(DeliveryJob).GetMethod(nameof(DeliveryJob.DeliverAsync))!;

    private readonly BlockingCollection<Alarm> toSet = new(new ConcurrentQueue<Alarm>());
    private readonly CancellationTokenSource closing = new();
    private Thread[] setters = [];

    public void Start()
    {
        // Threads of its own: a call into Hangfire's storage blocks, and the callers are requests.
        setters = [.. Enumerable.Range(0, queue.Threads).Select(_ => new Thread(SetAll) { Name = "Dispatch:AlarmClock", IsBackground = true })];
        foreach (var setter in setters) setter.Start();
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
        closing.Cancel();   // a host that ends has given its jobs back: what is not set yet need not be
        if (!setters.All(setter => setter.Join(TimeSpan.FromSeconds(5)))) return;   // the storage does not answer; the threads end with the process
        closing.Dispose();
        toSet.Dispose();
    }

    private void SetAll()
    {
        try
        {
            foreach (var alarm in toSet.GetConsumingEnumerable(closing.Token)) SetOne(alarm);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
        }
    }

    private void SetOne(Alarm alarm)
    {
        try
        {
            // Built from the cached method: Hangfire's expression trees cost a third more.
            var job = new HangfireJob(typeof(DeliveryJob), Entry, [alarm.JobId, alarm.ProjectId, alarm.Destination, alarm.DueAt, alarm.IsRetry], queue.Name);
            var ringsAt = DateTimeOffset.FromUnixTimeMilliseconds(alarm.DueAt).UtcDateTime - Timing.AlarmLead;
            IState state = ringsAt <= clock.GetUtcNow().UtcDateTime ? new EnqueuedState(queue.Name) : new ScheduledState(ringsAt);
            hangfire.Create(job, state);
        }
        catch (Exception exception)
        {
            Log.AlarmNotSet(log, alarm.JobId, exception);
        }
    }
}
