using System.Reflection;
using Dispatch.Model;
using Dispatch.Time;
using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.Logging;
using HangfireJob = Hangfire.Common.Job;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Puts alarms into Hangfire's storage, as jobs that call <see cref="DeliveryJob"/>.</summary>
internal sealed class HangfireAlarms(IBackgroundJobClient hangfire, AlarmQueue queue, TimeProvider clock, ILogger<HangfireAlarms> log)
{
    private static readonly MethodInfo Entry = typeof(DeliveryJob).GetMethod(nameof(DeliveryJob.DeliverAsync))!;

    /// <inheritdoc cref="AlarmQueue.Threads"/>
    public int Threads => queue.Threads;

    /// <summary>Blocks while the storage works. Never fails: if the alarm cannot be set, the sweeper finds the job.</summary>
    public void Set(Alarm alarm)
    {
        try
        {
            // Built from the cached method, because Hangfire's expression trees cost more.
            var job = new HangfireJob(typeof(DeliveryJob), Entry, DeliveryJob.ArgumentsOf(alarm), queue.Name);
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
