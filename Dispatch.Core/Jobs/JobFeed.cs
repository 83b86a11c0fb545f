using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Dispatch.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Jobs;

/// <summary>
/// Tells this host's listeners what of their account changed, after the commit. The engine hands over one list per transaction and goes on;
/// a task of the feed's own finds the account and calls the listeners. Nothing queues up without bound: what the task cannot keep up with
/// becomes one <see cref="FeedKind.LookAgain"/>, and so does a crowd of changes at once.
/// </summary>
internal sealed class JobFeed(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock, ILogger<JobFeed> log) : IDisposable
{
    /// <summary>More than this of one account in one transaction is told as one <see cref="FeedKind.LookAgain"/>: no page shows so many jobs.</summary>
    public const int Crowd = 200;

    /// <summary>Transactions that may wait: about a second of a busy host.</summary>
    public const int Waiting = 128;

    private const int KnownProjects = 10_000;

    private readonly Channel<Parcel> parcels = Channel.CreateBounded<Parcel>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, Guid> accounts = new();   // by project; a project never changes its account
    private readonly Lock door = new();
    private volatile ImmutableDictionary<Guid, ImmutableArray<Action<FeedChange>>> listeners = ImmutableDictionary<Guid, ImmutableArray<Action<FeedChange>>>.Empty;
    private int missed;
    private Task? fanOut;

    /// <summary>True where somebody listens. All that announcing costs otherwise.</summary>
    public bool IsWatched => !listeners.IsEmpty;

    /// <summary>
    /// Calls back with every change of the account from now on, until the result is disposed (one call may be under way then). The calls come
    /// one at a time on the feed's own task, never on a thread of the engine; they must return at once, for all listeners share it.
    /// </summary>
    public IDisposable Subscribe(Guid accountId, Action<FeedChange> onChange)
    {
        lock (door)
        {
            listeners = listeners.SetItem(accountId, listeners.GetValueOrDefault(accountId, []).Add(onChange));
            fanOut ??= Task.Run(FanOutAsync);
        }

        return new Subscription(() => Unsubscribe(accountId, onChange));
    }

    /// <summary>A change of a project, its keys or its inbox.</summary>
    public void Announce(FeedChange change)
    {
        if (IsWatched) Post([change]);
    }

    /// <summary>The same where the account is known, and the project's row may be gone before it is looked up.</summary>
    public void Announce(Guid accountId, FeedChange change)
    {
        if (!IsWatched) return;
        accounts[change.ProjectId] = accountId;
        Post([change]);
    }

    /// <summary>What a transaction did, now that it is durable.</summary>
    public void Announce(JobChanges changes)
    {
        if (!IsWatched) return;
        // Nobody listened when it began: who came since may have read what it replaced.
        Post(changes.Told ?? [LookAgain()]);
    }

    public void Dispose() => parcels.Writer.TryComplete();

    private void Post(List<FeedChange> changes)
    {
        if (changes.Count == 0 || parcels.Writer.TryWrite(new Parcel(changes))) return;
        Volatile.Write(ref missed, 1);
        parcels.Writer.TryWrite(new Parcel([]));   // the reader may have emptied the channel meanwhile: it must see the mark
    }

    private void Unsubscribe(Guid accountId, Action<FeedChange> onChange)
    {
        lock (door)
        {
            var left = listeners.GetValueOrDefault(accountId, []).Remove(onChange);
            listeners = left.IsEmpty ? listeners.Remove(accountId) : listeners.SetItem(accountId, left);
        }
    }

    private async Task FanOutAsync()
    {
        await foreach (var parcel in parcels.Reader.ReadAllAsync())
        {
            try
            {
                if (Interlocked.Exchange(ref missed, 0) == 1) TellAll();
                await RouteAsync(parcel.Changes);
            }
            catch (Exception exception)
            {
                Log.FeedFailed(log, exception);   // the database is away, most likely, so the accounts are not known
                TellAll();
            }
        }
    }

    private async Task RouteAsync(List<FeedChange> changes)
    {
        await LearnAsync(changes);
        foreach (var ofAccount in changes.GroupBy(change => change.Kind == FeedKind.LookAgain ? Guid.Empty : accounts.GetValueOrDefault(change.ProjectId)))
        {
            if (ofAccount.First().Kind == FeedKind.LookAgain) TellAll();
            else if (!listeners.TryGetValue(ofAccount.Key, out var its)) continue;
            else if (ofAccount.Skip(Crowd).Any()) Tell(its, LookAgain());
            else foreach (var change in ofAccount) Tell(its, change);
        }
    }

    private async Task LearnAsync(List<FeedChange> changes)
    {
        if (accounts.Count > KnownProjects) accounts.Clear();
        var unknown = changes.Where(c => c.Kind != FeedKind.LookAgain && !accounts.ContainsKey(c.ProjectId)).Select(c => c.ProjectId).Distinct().ToArray();
        if (unknown.Length == 0) return;

        await using var db = await contexts.CreateDbContextAsync();
        var found = await db.Projects.Where(p => unknown.Contains(p.Id)).Select(p => new { p.Id, p.AccountId }).ToListAsync();
        foreach (var project in found) accounts[project.Id] = project.AccountId;
    }

    private void TellAll()
    {
        foreach (var its in listeners.Values) Tell(its, LookAgain());
    }

    private void Tell(ImmutableArray<Action<FeedChange>> listening, FeedChange change)
    {
        foreach (var onChange in listening)
        {
            try
            {
                onChange(change);
            }
            catch (Exception exception)
            {
                Log.ListenerFailed(log, exception);   // one page's trouble is not the others'
            }
        }
    }

    private FeedChange LookAgain() => new(FeedKind.LookAgain, Guid.Empty, null, null, clock.NowMs());

    private readonly record struct Parcel(List<FeedChange> Changes);

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? end = end;

        public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
    }
}
