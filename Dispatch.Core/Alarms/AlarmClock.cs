using System.Collections.Concurrent;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Delivery;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Alarms;

/// <summary>
/// Sets an alarm for each job that is due soon. It comes after <c>InsertJob</c> on a job's way: <c>JobService</c> or the
/// <see cref="Sweeper"/> calls it when the job is stored. When the alarm rings, it calls <see cref="DeliveryRunner"/>.
/// Later jobs wait in the database, so that memory does not grow with the number of pending jobs.
/// </summary>
internal sealed class AlarmClock(
    HangfireAlarms alarms,
    AlarmRoster roster,
    DeliveryRunner runner,
    TimeProvider clock) : IHostedService, IDisposable
{
    /// <summary>The most alarms set at once. Each takes about 2 KB of Hangfire's memory.</summary>
    public const int Capacity = 100_000;

    private readonly BlockingCollection<Alarm> toSet = new(new ConcurrentQueue<Alarm>());
    private readonly CancellationTokenSource closing = new();
    private Thread[] setters = [];
    private int disposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Hangfire's storage blocks its caller. With threads of its own, the clock does not make HTTP requests wait for it.
        setters = [.. Enumerable.Range(0, alarms.Threads)
            .Select(_ => new Thread(SetAll) { Name = "Dispatch:AlarmClock", IsBackground = true })];
        foreach (var setter in setters) setter.Start();
        return Task.CompletedTask;
    }

    // The threads run on: a delivery that ends during the shutdown may still set an alarm.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>True if a job due then is armed at once; otherwise the sweeper arms it later.</summary>
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    public bool HasRoomFor(long dueAt)
    {
        var ahead = dueAt - clock.NowMs();
        if (ahead <= Timing.NearHorizon.TotalMilliseconds) return roster.Counted < Capacity;
        return ahead <= Timing.Horizon.TotalMilliseconds && roster.Counted < Capacity / 2;
    }

    /// <summary>
    /// Arms the job. Never fails: if the alarm gets lost, the sweeper finds the job. Does nothing if the job was moved since the alarm was
    /// read from the database.
    /// </summary>
    public void Set(Alarm alarm)
    {
        var isOverdue = alarm.DueAt <= clock.NowMs();
        var kind = isOverdue ? AlarmKind.Overdue : alarm.IsRetry ? AlarmKind.Retry : AlarmKind.Upcoming;
        if (roster.Add(alarm.Id, kind) && !toSet.IsAddingCompleted) toSet.Add(alarm);
    }

    /// <summary>
    /// Arms the job for its new time. The alarm that was set before stays in Hangfire and does nothing when it rings; if it rings already,
    /// its task ends now.
    /// </summary>
    public void Move(Alarm alarm) => Set(alarm);

    /// <summary>The job's alarm, if one is set, does nothing when it rings: the job was cancelled, or waits in the database.</summary>
    /// <param name="beforeGeneration">Alarms of this generation and later ones stay, because another move may have set them.</param>
    public void Remove(Guid jobId, int beforeGeneration = int.MaxValue) => roster.RemoveOlder(jobId, beforeGeneration);

    /// <summary>Carries out the attempt when its alarm rings, and notes whether another alarm follows.</summary>
    /// <inheritdoc cref="DeliveryRunner.RunAsync"/>
    public async Task<AttemptEnd> RingAsync(Alarm alarm)
    {
        var replaced = new CancellationTokenSource();   // never disposed, because the roster may cancel it at any time
        if (!roster.Begin(alarm.Id, replaced)) return AttemptEnd.Finished;   // stale: the job was moved

        AttemptEnd? end = null;
        try
        {
            return end = await runner.RunAsync(alarm, replaced.Token);
        }
        finally
        {
            if (end is AttemptEnd.Failed { RetryAt: not null }) roster.Add(alarm.Id.AfterClaim, AlarmKind.Retry);
            else roster.Remove(alarm.Id);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;   // registered twice, so disposed twice
        toSet.CompleteAdding();
        closing.Cancel();   // the host has given its jobs back, so the queued alarms are not needed
        var haveEnded = setters.All(setter => setter.Join(TimeSpan.FromSeconds(5)));
        if (!haveEnded) return;   // the storage does not answer; the threads end with the process
        closing.Dispose();
        toSet.Dispose();
    }

    private void SetAll()
    {
        try
        {
            foreach (var alarm in toSet.GetConsumingEnumerable(closing.Token))
            {
                if (roster.Has(alarm.Id)) alarms.Set(alarm);   // otherwise the job was moved while the alarm stood in this queue
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
        }
    }
}
