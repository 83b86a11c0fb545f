using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Host = Dispatch.Model.Host;

namespace Dispatch.Hosts;

/// <summary>Signs this host in and out. On a shared database, it renews its row every second and frees dead hosts' jobs.</summary>
internal sealed class HostLease(
    IDbContextFactory<DispatchDbContext> contexts,
    JobRecovery recovery,
    HostIdentity host,
    HostLocks locks,
    Lease lease,
    LiveHosts liveHosts,
    DatabaseOptions database,
    TimeProvider clock,
    ILogger<HostLease> log) : IHostedService, IDisposable
{
    private static readonly CompiledQuery<Func<DispatchDbContext, IEnumerable<ObservedHost>>> Hosts = new(() =>
        EF.CompileQuery((DispatchDbContext db) => db.Hosts.Select(h => new ObservedHost(h.Id, h.Name, h.LastSeenAt))));

    private readonly FailureStreak failures = new();
    private readonly FailureStreak recoveryFailures = new();
    private readonly CancellationTokenSource stopping = new();
    private Thread? beating;
    private volatile bool isSignedIn;
    private int disposed;
    private Task recovering = Task.CompletedTask;

    /// <summary>True once this host has its row and, if it has the database alone, has recovered the jobs of earlier hosts.</summary>
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
            // Runs on its own thread with blocking calls, because a busy thread pool would make this host look dead.
            beating = new Thread(KeepBeating) { Name = "Dispatch:HostLease", IsBackground = true, Priority = ThreadPriority.AboveNormal };
            beating.Start();
        }

        isSignedIn = true;
    }

    // Ignores the host's token, because the last writes are short and must be made.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.Run(() => beating?.Join(), CancellationToken.None);
        await recovering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            var recovered = await recovery.RecoverAsync(HeldJobs.Of(host.Id), CancellationToken.None);
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            await db.Hosts.Where(h => h.Id == host.Id).ExecuteDeleteAsync(CancellationToken.None);
            locks.Release();
            Log.GaveBack(log, recovered.Freed, recovered.Interrupted);
        }
        catch (Exception exception) when (exception is StoreUnavailableException || DatabaseFaults.IsUnavailable(exception))
        {
            Log.NotGivenBack(log, exception);   // another host will free the jobs, or the next start
        }
    }

    // .NET does not stop a host whose start failed, for example because its port is taken, so Dispose ends the beat, too.
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;   // registered twice, so disposed twice
        stopping.Cancel();
        beating?.Join();
        stopping.Dispose();
    }

    // The lock on the database file is held, so every other host is dead.
    private async Task SignInAloneAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Hosts.ExecuteDeleteAsync(cancellation);
        db.Hosts.Add(Row());
        await db.SaveChangesAsync(cancellation);
        var recovered = await recovery.RecoverAsync(HeldJobs.OfUnknownHosts, cancellation);
        Log.Recovered(log, "earlier hosts", recovered.Interrupted, recovered.Freed);
    }

    private void KeepBeating()
    {
        for (var pause = Timing.HeartbeatInterval; !stopping.Token.WaitHandle.WaitOne(pause);)
        {
            pause = Timing.HeartbeatRetry;
            try
            {
                Beat();
                failures.Ends();
                pause = Timing.HeartbeatInterval;
            }
            catch (Exception exception)
            {
                // If only this host cannot reach the database, the others take over.
                if (failures.Begins()) Log.HeartbeatFailed(log, exception);
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
        // A task of its own, because the beat must not wait for the recovery.
        if (dead.Count > 0 && recovering.IsCompleted) recovering = Task.Run(() => RecoverAsync(dead));
    }

    // All living hosts may run this at once, because each step takes only the jobs that are left. The row is deleted last, so that
    // another host goes on if this one dies in between. While another transaction has locked some of the jobs, each beat tries again.
    private async Task RecoverAsync(IReadOnlyList<ObservedHost> dead)
    {
        try
        {
            foreach (var other in dead)
            {
                var recovered = await recovery.RecoverAsync(HeldJobs.OfDead(other.Id, other.LastSeenAt), stopping.Token);
                await using var db = await contexts.CreateDbContextAsync(stopping.Token);
                var isDone = await db.Hosts
                    .Where(h => h.Id == other.Id && h.LastSeenAt == other.LastSeenAt
                        && !db.Jobs.Any(j => j.ArmedBy == h.Id && j.NextAttemptAt != null))
                    .ExecuteDeleteAsync(stopping.Token) == 1;
                if (isDone) HostLocks.Remove(other.Id);
                if (isDone || recovered != default) Log.Recovered(log, other.Name, recovered.Interrupted, recovered.Freed);
            }

            recoveryFailures.Ends();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (recoveryFailures.Begins()) Log.RecoveryFailed(log, exception);   // the next beat tries again
        }
    }

    private Host Row() => new() { Id = host.Id, Name = host.Name, StartedAt = clock.NowMs(), LastSeenAt = clock.NowMs() };
}
