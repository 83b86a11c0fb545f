using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Hosts;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Hosting;

/// <summary>
/// Maintenance that one host does for all: purges deleted projects, frees the jobs of crashed hosts, clears their alarms, merges the
/// counters, deletes the counters of projects that are gone, and deletes old hourly statistics.
/// </summary>
internal sealed class MaintenanceService(
    WriteQueue queue,
    JobRecovery recovery,
    OrphanedAlarmCleaner alarms,
    IDbContextFactory<DispatchDbContext> contexts,
    LiveHosts liveHosts,
    TimeProvider clock,
    ILogger<MaintenanceService> log) : BackgroundService
{
    /// <summary>A large deleted project takes several rounds, because due jobs must not wait for the purge.</summary>
    private const int PurgeChunks = 10;

    private const int MergeRounds = 100;

    private static readonly CompiledQuery<Func<DispatchDbContext, CancellationToken, Task<bool>>> AnyProjectDeleted =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, CancellationToken _) => db.Projects.Any(p => p.DeletedAt != null)));

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    private readonly FailureStreak failures = new();
    private readonly FailureStreak purgeFailures = new();
    private (long At, TimeSpan Pause)? purged;
    private (long At, TimeSpan Pause)? maintained;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (liveHosts.IsOldest) await MaintainAsync(stoppingToken);
            await Task.Delay(Round, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Purge and maintenance fail apart. After a failure each waits, because a stranger's lock would otherwise block the rare writes of all
    // for half of each second.
    private async Task MaintainAsync(CancellationToken stopping)
    {
        if (IsTime(purged)) purged = (clock.GetTimestamp(), await TryAsync(PurgeAsync, purgeFailures, stopping) ? TimeSpan.Zero : Minute);
        if (!IsTime(maintained)) return;
        var succeeded = await TryAsync(RunEveryMinuteAsync, failures, stopping);
        maintained = (clock.GetTimestamp(), succeeded ? Minute : AfterFailure);
    }

    private bool IsTime((long At, TimeSpan Pause)? last) => last is not { } done || clock.GetElapsedTime(done.At) >= done.Pause;

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work, FailureStreak streak, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
            streak.Ends();
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            if (streak.Begins()) Log.MaintenanceFailed(log, exception);   // most likely the database is away; a later round tries again
        }
        catch (OperationCanceledException)
        {
        }

        return false;
    }

    private async Task RunEveryMinuteAsync(CancellationToken stopping)
    {
        var strays = await AnyStrayAsync(stopping) ? await recovery.RecoverAsync(HeldJobs.OfUnknownHosts, stopping) : default;
        if (strays != default) Log.Recovered(log, "hosts that are gone", strays.Interrupted, strays.Freed);
        await alarms.ClearAsync(LivingHostsAsync, stopping);
        // Not until none is left: while somebody has locked the common row, each merge makes a new one.
        for (var round = 0; round < MergeRounds && await queue.WriteAsync(new MergeCounters()) > 0; round++)
        {
            stopping.ThrowIfCancellationRequested();
        }

        await queue.WriteAsync(new DeleteStrayCounters(clock.NowMs()));
    }

    private async Task PurgeAsync(CancellationToken stopping)
    {
        for (var chunk = 0; chunk < PurgeChunks && await PurgeChunkAsync(stopping) > 0; chunk++) await Task.Yield();
    }

    private async Task<int> PurgeChunkAsync(CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await AnyProjectDeleted.For(db)(db, stopping) ? await queue.WriteAsync(new PurgeProjects()) : 0;
    }

    // Asked first, because the writer would read all armed jobs. A host that has its database alone has recovered them at its start.
    private async Task<bool> AnyStrayAsync(CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return !db.Provider.ServesOneHost() && await db.Jobs.AnyAsync(
            j => j.ArmedBy != null && j.NextAttemptAt != null && !db.Hosts.Any(h => h.Id == j.ArmedBy), stopping);
    }

    // Dead hosts have no row any more, because it is deleted once their jobs are free.
    private async Task<IReadOnlySet<Guid>> LivingHostsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Hosts.Select(h => h.Id).ToHashSetAsync(cancellation);
    }
}
