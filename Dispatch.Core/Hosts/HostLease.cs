using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Host = Dispatch.Model.Host;

namespace Dispatch.Hosts;

/// <summary>
/// Signs this host in at start and out at the end. Where hosts share the database it says every second that it lives, and takes over what dead ones held.
/// </summary>
internal sealed class HostLease(
    IDbContextFactory<DispatchDbContext> contexts, JobStore store, HostIdentity host, HostLocks locks, Lease lease, LiveHosts liveHosts, DatabaseOptions database, TimeProvider clock,
    ILogger<HostLease> log) : IHostedService, IDisposable
{
    // Asked every second.
    private static readonly CompiledQuery<Func<DispatchDbContext, IEnumerable<HostSeen>>> Hosts = new(() => EF.CompileQuery((DispatchDbContext db) => db.Hosts.Select(h => new HostSeen(h.Id, h.Name, h.LastSeenAt))));

    private readonly CancellationTokenSource stopping = new();
    private Thread? beating;
    private volatile bool isSignedIn;
    private int disposed;
    private Task recovering = Task.CompletedTask;

    /// <summary>True once this host has its row, and on a database of its own has recovered what earlier ones left.</summary>
    public bool IsSignedIn => isSignedIn;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (database.Provider.ServesOneHost())
        {
            await SignInAloneAsync(cancellationToken);
        }
        else
        {
            locks.Take();
            Beat();
            // A thread of its own and calls that block: a busy pool must not make this host look dead.
            beating = new Thread(BeatOn) { Name = "Dispatch:HostLease", IsBackground = true, Priority = ThreadPriority.AboveNormal };
            beating.Start();
        }

        isSignedIn = true;
    }

    // The last writes are short and must be made, whatever time the host has left.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.Run(() => beating?.Join(), CancellationToken.None);
        await recovering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            var given = await store.RecoverAsync(host.Id, CancellationToken.None);
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            await db.Hosts.Where(h => h.Id == host.Id).ExecuteDeleteAsync(CancellationToken.None);
            locks.Release();
            Log.GaveBack(log, given.Freed, given.Interrupted);
        }
        catch (Exception exception) when (exception is StoreUnavailableException || DatabaseFaults.IsUnavailable(exception))
        {
            Log.NotGivenBack(log, exception);   // whoever lives frees it
        }
    }

    // Nobody stops a host whose start failed, on an address that is taken for example: its beat must end all the same.
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;   // registered twice, so disposed twice
        stopping.Cancel();
        beating?.Join();
        stopping.Dispose();
    }

    // The file's lock has shown that every other host is dead.
    private async Task SignInAloneAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Hosts.ExecuteDeleteAsync(cancellation);
        db.Hosts.Add(Row());
        await db.SaveChangesAsync(cancellation);
        var recovered = await store.RecoverStraysAsync(cancellation);
        Log.Recovered(log, "earlier hosts", recovered.Interrupted, recovered.Freed);
    }

    private void BeatOn()
    {
        while (!stopping.Token.WaitHandle.WaitOne(Timing.HostBeat))
        {
            try
            {
                Beat();
            }
            catch (Exception exception)
            {
                Log.BeatFailed(log, exception);   // the database is away; so is it for the others, or they take over
            }
        }
    }

    private void Beat()
    {
        var begunAt = clock.GetTimestamp();
        using var db = contexts.CreateDbContext();
        var now = clock.NowMs();
        if (db.Hosts.Where(h => h.Id == host.Id).ExecuteUpdate(set => set.SetProperty(h => h.LastSeenAt, now)) == 0)
        {
            lease.Lose();
            db.Hosts.Add(Row());
            db.SaveChanges();
        }

        lease.Renew(begunAt);
        var dead = liveHosts.Look([.. Hosts.For(db)(db)]);
        // Beside the beat, which must not wait for it.
        if (dead.Count > 0 && recovering.IsCompleted) recovering = Task.Run(() => RecoverAsync(dead));
    }

    // Every living host may do this at once: each step takes only what is left. The row goes last, so that a host that dies in the middle leaves the rest to others.
    private async Task RecoverAsync(IReadOnlyList<HostSeen> dead)
    {
        try
        {
            foreach (var other in dead)
            {
                var recovered = await store.RecoverAsync(other.Id, stopping.Token);
                await using var db = await contexts.CreateDbContextAsync(stopping.Token);
                await db.Hosts.Where(h => h.Id == other.Id && h.LastSeenAt == other.LastSeenAt).ExecuteDeleteAsync(stopping.Token);
                HostLocks.Remove(other.Id);
                Log.Recovered(log, other.Name, recovered.Interrupted, recovered.Freed);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.RecoveryFailed(log, exception);   // the next beat tries again
        }
    }

    private Host Row() => new() { Id = host.Id, Name = host.Name, StartedAt = clock.NowMs(), LastSeenAt = clock.NowMs() };
}
