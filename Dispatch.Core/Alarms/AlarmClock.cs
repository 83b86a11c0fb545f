using System.Collections.Concurrent;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Delivery;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Alarms;

/// <summary>
/// Wakes the engine for each job shortly before it is due. It comes after <c>JobService</c> or the <see cref="Sweeper"/>, and calls <see cref="DeliveryRunner"/>.
/// It holds only what is due soon; the rest waits in the database, so that memory does not grow with the number of pending jobs.
/// </summary>
internal sealed class AlarmClock(HangfireAlarms alarms, AlarmRoster roster, DeliveryRunner runner, TimeProvider clock) : IHostedService, IDisposable
{
    /// <summary>Alarms out at once. One costs about 2 KB in Hangfire's memory.</summary>
    public const int Capacity = 100_000;

    private readonly BlockingCollection<Alarm> toSet = new(new ConcurrentQueue<Alarm>());
    private readonly CancellationTokenSource closing = new();
    private Thread[] setters = [];
    private int disposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Threads of its own: a call into Hangfire's storage blocks, and the callers are requests.
        setters = [.. Enumerable.Range(0, alarms.Threads).Select(_ => new Thread(SetAll) { Name = "Dispatch:AlarmClock", IsBackground = true })];
        foreach (var setter in setters) setter.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;   // alarms may be set until the last delivery has ended

    /// <summary>True if a job due then is armed at once rather than left to the sweeper.</summary>
    public bool HasRoomFor(long dueAt)
    {
        var ahead = dueAt - clock.NowMs();
        if (ahead <= Timing.NearHorizon.TotalMilliseconds) return roster.Counted < Capacity;
        return ahead <= Timing.Horizon.TotalMilliseconds && roster.Counted < Capacity / 2;
    }

    /// <summary>Arms the job. Never fails: an alarm that gets lost is found by the sweeper.</summary>
    public void Set(Alarm alarm)
    {
        roster.Add(alarm.JobId, alarm.DueAt <= clock.NowMs() ? AlarmKind.Overdue : alarm.IsRetry ? AlarmKind.Retry : AlarmKind.Ahead);
        if (!toSet.IsAddingCompleted) toSet.Add(alarm);
    }

    /// <summary>The alarm rang: carries the attempt out, and notes whether the job's next alarm follows.</summary>
    /// <inheritdoc cref="DeliveryRunner.RunAsync"/>
    public async Task<AttemptEnd> RingAsync(Alarm alarm)
    {
        AttemptEnd? end = null;
        try
        {
            return end = await runner.RunAsync(alarm);
        }
        finally
        {
            if (end is AttemptEnd.Failed { RetryAt: not null }) roster.Add(alarm.JobId, AlarmKind.Retry);
            else roster.Remove(alarm.JobId);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;   // registered twice, so disposed twice
        toSet.CompleteAdding();
        closing.Cancel();   // a host that ends has given its jobs back, so what is not set yet need not be
        if (!setters.All(setter => setter.Join(TimeSpan.FromSeconds(5)))) return;   // the storage does not answer; the threads end with the process
        closing.Dispose();
        toSet.Dispose();
    }

    private void SetAll()
    {
        try
        {
            foreach (var alarm in toSet.GetConsumingEnumerable(closing.Token)) alarms.Set(alarm);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
        }
    }
}
