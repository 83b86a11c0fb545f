using Dispatch.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Execution;

/// <summary>
/// Brings the alarm clock in line with the database, once a second: arms what comes within the horizon, the overdue oldest first and a
/// bounded number at a time, and finds alarms that were lost.
/// </summary>
internal sealed class Sweeper(JobStore store, AlarmClock alarms, AlarmRoster roster, DeliveryWorker worker, Fleet fleet, TimeProvider clock, ILogger<Sweeper> log) : BackgroundService
{
    private const int ArmBatch = 1000;

    private readonly SemaphoreSlim wake = new(0);

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
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.SweepFailed(log, exception);   // the database is away, most likely; the next sweep tries again
        }
    }

    private async Task ArmAsync(CancellationToken stopping)
    {
        var (now, share) = (clock.NowMs(), fleet.Share);
        roster.ReleaseOverdueOlderThan(Timing.OverdueStuck);
        await ArmRangeAsync(long.MinValue, now, () => AlarmRoster.OverdueWindow - roster.Overdue, share, stopping);
        var near = now + (long)Timing.NearHorizon.TotalMilliseconds;
        await ArmRangeAsync(now, near, () => AlarmClock.Capacity - roster.Counted, share, stopping);
        await ArmRangeAsync(near, now + (long)Timing.Horizon.TotalMilliseconds, () => (AlarmClock.Capacity / 2) - roster.Counted, share, stopping);
        if (share.Count == 1) return;

        // What other hosts have not armed so shortly before its time: they are full, or not there.
        await ArmRangeAsync(long.MinValue, now, () => AlarmRoster.OverdueWindow - roster.Overdue, null, stopping);
        await ArmRangeAsync(now, now + (long)Timing.AnyonesLead.TotalMilliseconds, () => AlarmClock.Capacity - roster.Counted, null, stopping);
    }

    private async Task ArmRangeAsync(long after, long until, Func<int> room, HostShare? share, CancellationToken stopping)
    {
        while (true)
        {
            var limit = Math.Min(ArmBatch, room());
            var armed = await store.ArmAsync(after, until, limit, share, stopping);
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
