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
        var overdue = new Stretch(now, () => AlarmRoster.OverdueWindow - roster.Overdue);
        var near = new Stretch(now + (long)Timing.NearHorizon.TotalMilliseconds, () => AlarmClock.Capacity - roster.Counted);
        var far = new Stretch(now + (long)Timing.Horizon.TotalMilliseconds, () => (AlarmClock.Capacity / 2) - roster.Counted);
        await ArmAsync([overdue, near, far], share, stopping);
        if (share.Count == 1) return;

        // What other hosts have not armed so shortly before its time: they are full, or not there.
        await ArmAsync([overdue, near with { Until = now + (long)Timing.AnyonesLead.TotalMilliseconds }], null, stopping);
    }

    /// <param name="stretches">In the order of time; each begins where the one before it ends.</param>
    private async Task ArmAsync(Stretch[] stretches, HostShare? share, CancellationToken stopping)
    {
        // Mostly little is free and there is room for it wherever it belongs: one question does for all, each second of an idle host's life.
        var roomy = stretches.All(stretch => stretch.Room() >= ArmBatch);
        if (roomy && !await ArmSomeAsync(long.MinValue, stretches[^1].Until, ArmBatch, share, stopping)) return;

        var after = long.MinValue;
        foreach (var (until, room) in stretches)
        {
            while (await ArmSomeAsync(after, until, Math.Min(ArmBatch, room()), share, stopping))
            {
            }

            after = until;
        }
    }

    /// <summary>True where there may be more.</summary>
    private async Task<bool> ArmSomeAsync(long after, long until, int limit, HostShare? share, CancellationToken stopping)
    {
        var armed = await store.ArmAsync(after, until, limit, share, stopping);
        foreach (var alarm in armed) alarms.Set(alarm);
        return armed.Count > 0 && armed.Count == limit;
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

    /// <summary>A stretch of time whose jobs are armed while there is room for more.</summary>
    /// <param name="Until">Its end, which belongs to it; ms since the Unix epoch, UTC.</param>
    /// <param name="Room">How many more alarms may be out for it.</param>
    private sealed record Stretch(long Until, Func<int> Room);
}
