using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms;

/// <summary>
/// Once a second, arms the jobs of the database that are due within the horizon, and finds lost alarms. Overdue jobs are armed oldest
/// first and a limited number at a time, and of an account only as many as its share.
/// </summary>
internal sealed class Sweeper(
    WriteQueue queue,
    AlarmQueries queries,
    JobRecovery recovery,
    AlarmClock alarms,
    AlarmRoster roster,
    DeliveryWorker worker,
    LiveHosts liveHosts,
    TimeProvider clock,
    ILogger<Sweeper> log) : BackgroundService
{
    private const int ArmBatch = 1000;

    private readonly FailureStreak failures = new();
    private readonly SemaphoreSlim wake = new(0);
    private HashSet<AlarmId> suspects = [];
    private long? lookedAt;
    private long? lookedPast;   // when jobs were last looked for behind those of a crowded account
    private bool holdsUnknown;   // this host may have armed jobs whose alarms were never set

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        roster.OverdueHasRoom += Wake;
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
            roster.OverdueHasRoom -= Wake;
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            await ArmAsync(stopping);
            await FindLostAsync(stopping);
            failures.Ends();
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // SQL Server's driver reports a cancelled statement as an error of the database.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (failures.Begins()) Log.SweepFailed(log, exception);   // most likely the database is away; the next sweep tries again
        }
    }

    private async Task ArmAsync(CancellationToken stopping)
    {
        var (now, partition) = (clock.NowMs(), liveHosts.Partition);
        roster.ReleaseOverdueOlderThan(Timing.OverdueTimeout);
        var overdue = new TimeWindow(now, () => AlarmRoster.OverdueWindow - roster.Overdue, () => roster.Crowded(null));
        var near = Window(Timing.NearHorizon, AlarmClock.Capacity);
        var far = Window(Timing.Horizon, AlarmClock.Capacity / 2);
        await ArmAsync([overdue, near, far], partition, stopping);
        if (partition.Count == 1) return;

        // Jobs of other hosts that are still free shortly before their time: those hosts are full or dead.
        await ArmAsync([overdue, near with { Until = now + (long)Timing.FreeForAllLead.TotalMilliseconds }], Partition.Whole, stopping);

        TimeWindow Window(TimeSpan ahead, int limit) => new(
            now + (long)ahead.TotalMilliseconds, () => limit - roster.Counted, () => roster.Crowded(limit));
    }

    /// <param name="windows">In the order of time; each begins when the previous one ends.</param>
    private async Task ArmAsync(TimeWindow[] windows, Partition partition, CancellationToken stopping)
    {
        // Usually few jobs are free and every window has room. Then one query does for all windows, which saves an idle host work.
        var roomy = windows.All(window => window.Room() >= ArmBatch && window.Crowded().Count == 0);
        if (roomy && !await ArmSomeAsync(long.MinValue, windows[^1].Until, ArmBatch, [], partition, stopping)) return;

        var after = long.MinValue;
        foreach (var (until, room, crowded) in windows)
        {
            while (await ArmSomeAsync(after, until, Math.Min(ArmBatch, room()), crowded(), partition, stopping))
            {
            }

            after = until;
        }
    }

    /// <summary>True if there may be more.</summary>
    /// <param name="crowded">Projects whose jobs are left out.</param>
    private async Task<bool> ArmSomeAsync(
        long after, long until, int limit, IReadOnlyList<Guid> crowded, Partition partition, CancellationToken stopping)
    {
        if (limit <= 0) return false;
        // The jobs of a crowded account may be many, and each look passes all of them.
        if (crowded.Count > 0 && (lookedPast is { } at && clock.GetElapsedTime(at) < Timing.Sweep / 2)) return false;
        IReadOnlyList<Alarm> armed = await queries.AnyFreeAsync(after, until, partition, crowded, stopping)
            ? await ArmAsync(new ArmJobs(after, until, limit, partition, crowded))
            : [];
        foreach (var alarm in armed.OrderBy(alarm => alarm.DueAt)) alarms.Set(alarm);
        var mayBeMore = armed.Count == limit;
        if (crowded.Count > 0) lookedPast = mayBeMore ? null : clock.GetTimestamp();
        return mayBeMore;
    }

    private async Task<IReadOnlyList<Alarm>> ArmAsync(ArmJobs write)
    {
        try
        {
            return await queue.WriteAsync(write) ?? [];
        }
        catch (Exception)
        {
            holdsUnknown = true;   // it may be stored although no answer came
            throw;
        }
    }

    // A claim is lost only if two looks find it: the first may have read the row just before the attempt ended.
    private async Task FindLostAsync(CancellationToken stopping)
    {
        if (lookedAt is { } at && clock.GetElapsedTime(at) < Timing.Sweep / 2) return;
        var now = clock.NowMs();
        var lostBefore = now - (long)Timing.LostAlarmAfter.TotalMilliseconds;
        var held = await queries.HeldAsync(holdsUnknown ? now + (long)Timing.Horizon.TotalMilliseconds : lostBefore, stopping);
        var found = new HashSet<AlarmId>();
        foreach (var (alarm, status) in held)
        {
            var rang = status == JobStatus.Firing ? alarm.Id.BeforeClaim : alarm.Id;
            var isKnown = alarm.DueAt < lostBefore
                ? worker.IsAtWork(rang) || roster.IsUnderWay(rang)
                : status == JobStatus.Firing || roster.Has(rang);
            if (isKnown) continue;
            if (status == JobStatus.Firing) found.Add(alarm.Id);
            else alarms.Set(alarm);
        }

        foreach (var claim in found.Where(suspects.Contains)) await recovery.InterruptOrphanAsync(claim);
        (suspects, lookedAt, holdsUnknown) = (found, clock.GetTimestamp(), holdsUnknown && held.Count == AlarmQueries.MaxHeld);
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

    /// <summary>A window of time whose jobs are armed while there is room.</summary>
    /// <param name="Until">Its end, inclusive, milliseconds since the Unix epoch, UTC.</param>
    /// <param name="Room">How many more alarms may be set for it.</param>
    /// <param name="Crowded">The projects of accounts that may not have more of them.</param>
    private sealed record TimeWindow(long Until, Func<int> Room, Func<IReadOnlyList<Guid>> Crowded);
}
