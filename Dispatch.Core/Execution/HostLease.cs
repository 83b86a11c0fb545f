using Dispatch.Data;
using Dispatch.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Execution;

/// <summary>Signs this host in at start and recovers what hosts before it left behind; signs it out at the end.</summary>
internal sealed class HostLease(
    IDbContextFactory<DispatchDbContext> contexts, JobStore store, HostIdentity host, Readiness readiness, TimeProvider clock, ILogger<HostLease> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // On SQLite the file lock has shown that every other host is dead.
        await db.Hosts.ExecuteDeleteAsync(cancellationToken);
        db.Hosts.Add(new Host { Id = host.Id, Name = host.Name, StartedAt = clock.NowMs(), LastSeenAt = clock.NowMs() });
        await db.SaveChangesAsync(cancellationToken);
        await store.RecoverFromOtherHostsAsync(cancellationToken);
        readiness.Open();
    }

    // The last writes are short and must be made, whatever time the host has left.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            var given = await store.GiveBackAsync();
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            await db.Hosts.Where(h => h.Id == host.Id).ExecuteDeleteAsync(CancellationToken.None);
            Log.GaveBack(log, given);
        }
        catch (Exception exception) when (exception is StoreUnavailableException || Faults.IsUnavailable(exception))
        {
            Log.NotGivenBack(log, exception);   // the next start frees it
        }
    }
}
