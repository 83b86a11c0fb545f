using System.Collections.Concurrent;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Live;

/// <summary>
/// Looks once a second what other hosts did in the accounts that somebody listens to here, one statement for all, by the stamps that each transaction
/// leaves (<see cref="ProjectCounters.Changes"/>), and has the pages look again. What <see cref="RedisBackplane"/> has brought already is left out: so this is
/// what live updates live by where there is no Redis, where it is away, and where only the other host has lost it.
/// </summary>
internal sealed class ChangePoller(IDbContextFactory<DispatchDbContext> contexts, JobFeed feed, HostIdentity host, TimeProvider clock, ILogger<ChangePoller> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>What the database shows already may still be on its way through Redis.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private static readonly CompiledQuery<Func<DispatchDbContext, Guid[], Guid, IAsyncEnumerable<Found>>> Stamps = new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid[] accounts, Guid own) =>
        from tally in db.ProjectCounters
        join project in db.Projects on tally.ProjectId equals project.Id
        where accounts.Contains(project.AccountId) && tally.HostId != own
        group tally by new { project.AccountId, tally.HostId } into its
        select new Found(its.Key.AccountId, its.Key.HostId, new Stamp(its.Sum(t => t.Changes), its.Count()))));

    private ConcurrentDictionary<(Guid AccountId, Guid HostId), byte> heard = new();
    private volatile bool hears;
    private HashSet<Guid> watched = [];
    private Dictionary<(Guid AccountId, Guid HostId), Stamp> known = [];

    /// <summary>That host has told what it did in the account, or in all (<see cref="AccountChanges.Everyone"/>).</summary>
    public void Heard(Guid hostId, Guid accountId)
    {
        heard[(accountId, hostId)] = 0;
        hears = true;
    }

    /// <summary>One look. The first one at an account cannot know what has changed since its page was read, so it says "look again" in any case.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var told = Interlocked.Exchange(ref heard, new());
        var accounts = feed.WatchedAccounts.ToHashSet();
        var stamps = accounts.Count == 0 ? [] : await ReadAsync([.. accounts], cancellation);
        var moved = stamps.Keys.Union(known.Keys).Where(row => stamps.GetValueOrDefault(row) != known.GetValueOrDefault(row) && !Has(told, row)).ToArray();
        if (moved.Length > 0 && hears) await Task.Delay(Grace, clock, cancellation);
        var missed = moved.Where(row => !Has(heard, row)).Select(row => row.AccountId);
        foreach (var accountId in accounts.Except(watched).Union(missed)) feed.Hear(AccountChanges.Invalidate(accountId, clock.NowMs()));
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
                await LookAsync(stoppingToken);
                failed = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!failed) Log.ChangesNotRead(log, exception);   // once: the next look that succeeds sees all that was missed
                failed = true;
            }
        }
    }

    private static bool Has(ConcurrentDictionary<(Guid AccountId, Guid HostId), byte> told, (Guid AccountId, Guid HostId) row) =>
        told.ContainsKey(row) || told.ContainsKey((AccountChanges.Everyone, row.HostId));

    private async Task<Dictionary<(Guid AccountId, Guid HostId), Stamp>> ReadAsync(Guid[] accounts, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Stamps.For(db)(db, accounts, host.Id).ToDictionaryAsync(found => (found.AccountId, found.HostId), found => found.Stamp, cancellationToken: cancellation);
    }

    private sealed record Found(Guid AccountId, Guid HostId, Stamp Stamp);

    /// <summary>Of all the account's projects, those that are deleted and not cleared away yet among them.</summary>
    private readonly record struct Stamp(long Changes, int Rows);
}
