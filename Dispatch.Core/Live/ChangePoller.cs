using System.Collections.Concurrent;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Live;

/// <summary>
/// Finds out once a second, with one statement, in which watched accounts other hosts changed something, and makes the pages read again.
/// Each transaction leaves a stamp (<see cref="ProjectCounters.Changes"/>) that the poller compares. It skips the changes that
/// <see cref="RedisBackplane"/> brought, so pages stay live without Redis, during an outage, and when only the other host has lost Redis.
/// </summary>
internal sealed class ChangePoller(
    IDbContextFactory<DispatchDbContext> contexts,
    JobFeed feed,
    HostIdentity host,
    TimeProvider clock,
    ILogger<ChangePoller> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a change that the database shows already may still be on its way through Redis.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private static readonly CompiledQuery<Func<DispatchDbContext, Guid[], Guid, IAsyncEnumerable<Found>>> Stamps = new(() =>
        EF.CompileAsyncQuery((DispatchDbContext db, Guid[] accounts, Guid own) =>
            from counters in db.ProjectCounters
            join project in db.Projects on counters.ProjectId equals project.Id
            where accounts.Contains(project.AccountId) && counters.HostId != own
            group counters by new { project.AccountId, counters.HostId } into its
            select new Found(its.Key.AccountId, its.Key.HostId, new Stamp(its.Sum(t => t.Changes), its.Count()))));

    private ConcurrentDictionary<(Guid AccountId, Guid HostId), byte> received = new();
    private volatile bool hasReceived;
    private HashSet<Guid> watched = [];
    private Dictionary<(Guid AccountId, Guid HostId), Stamp> known = [];

    /// <summary>Notes that Redis brought the host's changes of the account, or of <see cref="AccountChanges.Everyone"/>.</summary>
    public void MarkReceived(Guid hostId, Guid accountId)
    {
        received[(accountId, hostId)] = 0;
        hasReceived = true;
    }

    /// <summary>Polls once. A newly watched account always reads again, because it may have changed since its page was read.</summary>
    public async Task PollAsync(CancellationToken cancellation)
    {
        var receivedBefore = Interlocked.Exchange(ref received, new());
        var accounts = feed.WatchedAccounts.ToHashSet();
        var stamps = accounts.Count == 0 ? [] : await ReadAsync([.. accounts], cancellation);
        var changed = stamps.Keys.Union(known.Keys)
            .Where(key => stamps.GetValueOrDefault(key) != known.GetValueOrDefault(key) && !Contains(receivedBefore, key))
            .ToArray();
        if (changed.Length > 0 && hasReceived) await Task.Delay(Grace, clock, cancellation);
        var missed = changed.Where(key => !Contains(received, key)).Select(key => key.AccountId);
        foreach (var accountId in accounts.Except(watched).Union(missed))
        {
            feed.PublishRemote(AccountChanges.Invalidate(accountId, clock.NowMs()));
        }

        (watched, known) = (accounts, stamps);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failed = false;
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PollAsync(stoppingToken);
                failed = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!failed) Log.ChangesNotRead(log, exception);   // logged once: the next poll that succeeds sees all missed changes
                failed = true;
            }
        }
    }

    private static bool Contains(ConcurrentDictionary<(Guid AccountId, Guid HostId), byte> received, (Guid AccountId, Guid HostId) key) =>
        received.ContainsKey(key) || received.ContainsKey((AccountChanges.Everyone, key.HostId));

    private async Task<Dictionary<(Guid AccountId, Guid HostId), Stamp>> ReadAsync(Guid[] accounts, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Stamps.For(db)(db, accounts, host.Id)
            .ToDictionaryAsync(found => (found.AccountId, found.HostId), found => found.Stamp, cancellationToken: cancellation);
    }

    private sealed record Found(Guid AccountId, Guid HostId, Stamp Stamp);

    /// <summary>Covers all of the account's projects, including deleted ones that are not purged yet.</summary>
    private readonly record struct Stamp(long Changes, int Rows);
}
