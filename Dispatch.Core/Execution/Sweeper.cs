using Dispatch.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Execution;

/// <summary>
/// Brings the alarm clock in line with the database, once a second: arms what comes within the horizon, the overdue oldest first and a
/// bounded number at a time, finds alarms that were lost, clears deleted projects, and forgets old hours.
/// </summary>
internal sealed class Sweeper(JobStore store, AlarmClock alarms, AlarmRoster roster, DeliveryWorker worker, TimeProvider clock, ILogger<Sweeper> log) : BackgroundService
{
    private const int ArmBatch = 1000;

    /// <summary>A large deleted project goes over several sweeps: arming must not wait for it.</summary>
    private const int PurgeChunks = 10;

    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim wake = new(0);
    private long forgotAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        roster.OverdueRunsLow += Wake;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await SweepAsync(stoppingToken);
                await wake.WaitAsync(Timing.Sweep, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            roster.OverdueRunsLow -= Wake;
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            await ArmAsync(stopping);
            await FindLostAsync(stopping);
            for (var chunk = 0; chunk < PurgeChunks && await store.PurgeDeletedProjectsAsync(stopping) > 0; chunk++) await Task.Yield();
            await ForgetAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.SweepFailed(log, exception);   // the database is away, most likely; the next sweep tries again
        }
    }

    private async Task ArmAsync(CancellationToken stopping)
    {
        var now = clock.NowMs();
        roster.ReleaseOverdueOlderThan(Timing.OverdueStuck);
        await ArmRangeAsync(long.MinValue, now, () => AlarmRoster.OverdueWindow - roster.Overdue, stopping);
        var near = now + (long)Timing.NearHorizon.TotalMilliseconds;
        await ArmRangeAsync(now, near, () => AlarmClock.Capacity - roster.Counted, stopping);
        await ArmRangeAsync(near, now + (long)Timing.Horizon.TotalMilliseconds, () => (AlarmClock.Capacity / 2) - roster.Counted, stopping);
    }

    private async Task ArmRangeAsync(long after, long until, Func<int> room, CancellationToken stopping)
    {
        while (true)
        {
            var limit = Math.Min(ArmBatch, room());
            var armed = await store.ArmAsync(after, until, limit, stopping);
            foreach (var alarm in armed) alarms.Set(alarm);
            if (armed.Count == 0 || armed.Count < limit) return;
        }
    }

    private async Task FindLostAsync(CancellationToken stopping)
    {
        var orphans = new List<Guid>();
        foreach (var (alarm, status) in await store.OverdueAsync(clock.NowMs() - (long)Timing.AlarmLost.TotalMilliseconds, stopping))
        {
            if (worker.IsAtWork(alarm.JobId) || roster.WasSetLately(alarm.JobId)) continue;
            if (status == JobStatus.Firing) orphans.Add(alarm.JobId);
            else alarms.Set(alarm);
        }

        foreach (var some in orphans.Chunk(ArmBatch)) await store.InterruptOrphansAsync(some, stopping);
    }

    // Now and then is enough: old hours are only in the way of a table's size.
    private async Task ForgetAsync()
    {
        if (clock.NowMs() - forgotAt < ForgetEvery.TotalMilliseconds) return;
        await store.ForgetHoursAsync();
        forgotAt = clock.NowMs();
    }

    private void Wake()
    {
        if (wake.CurrentCount == 0) wake.Release();
    }

    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }
}
