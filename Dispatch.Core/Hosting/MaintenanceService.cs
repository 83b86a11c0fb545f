using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Hosts;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Hosting;

/// <summary>
/// What one host is enough for: clears deleted projects, frees what hosts left that ended without a word, clears their alarms, puts their counters together, and
/// forgets old hours.
/// </summary>
internal sealed class MaintenanceService(
    JobStore store, OrphanedAlarmCleaner alarms, IDbContextFactory<DispatchDbContext> contexts, LiveHosts liveHosts, TimeProvider clock, ILogger<MaintenanceService> log) : BackgroundService
{
    /// <summary>A large deleted project goes over several rounds: jobs that are due must not wait for it.</summary>
    private const int PurgeChunks = 10;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);

    private long? tidiedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (liveHosts.IsEldest) await MaintainAsync(stoppingToken);
            await Task.Delay(Round, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task MaintainAsync(CancellationToken stopping)
    {
        try
        {
            for (var chunk = 0; chunk < PurgeChunks && await store.PurgeDeletedProjectsAsync(stopping) > 0; chunk++) await Task.Yield();
            if (tidiedAt is { } at && clock.GetElapsedTime(at) < TidyEvery) return;
            await TidyAsync(stopping);
            tidiedAt = clock.GetTimestamp();
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            Log.MaintenanceFailed(log, exception);   // the database is away, most likely; the next round tries again
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TidyAsync(CancellationToken stopping)
    {
        var strays = await store.RecoverStraysAsync(stopping);
        if (strays != default) Log.Recovered(log, "hosts that are gone", strays.Interrupted, strays.Freed);
        await alarms.ClearAsync(LivingHostsAsync, stopping);
        await store.MergeCountersAsync();
        await store.ForgetHoursAsync();
    }

    // A dead host's row goes when its jobs are free.
    private async Task<IReadOnlySet<Guid>> LivingHostsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Hosts.Select(h => h.Id).ToHashSetAsync(cancellation);
    }
}
