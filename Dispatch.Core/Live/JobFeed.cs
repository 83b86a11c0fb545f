using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Dispatch.Data;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Live;

/// <summary>
/// Tells listeners what of their account changed, after the commit: what this host did, and what it hears of others. The engine hands over one list
/// per transaction and goes on; a task of the feed's own finds the account and calls the listeners. Nothing queues up without bound: what the task
/// cannot keep up with becomes one <see cref="FeedKind.Invalidate"/>, and so does a crowd of changes at once.
/// </summary>
internal sealed class JobFeed(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock, ILogger<JobFeed> log) : IDisposable
{
    /// <summary>More than this of one account in one transaction is told as one <see cref="FeedKind.Invalidate"/>: no page shows so many jobs.</summary>
    public const int MaxChanges = 200;

    /// <summary>Transactions that may wait: about a second of a busy host.</summary>
    public const int Waiting = 128;

    private const int KnownProjects = 10_000;

    private readonly Channel<IReadOnlyList<FeedChange>> transactions = Channel.CreateBounded<IReadOnlyList<FeedChange>>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, Guid> accounts = new();   // by project; a project never changes its account
    private readonly Lock gate = new();
    private volatile ImmutableDictionary<Guid, ImmutableArray<Action<FeedChange>>> listeners = ImmutableDictionary<Guid, ImmutableArray<Action<FeedChange>>>.Empty;
    private volatile Action<IReadOnlyList<AccountChanges>>? tellOthers;
    private int missed;
    private Task? fanOut;

    /// <summary>Somebody listens to an account that nobody listened to here.</summary>
    public event Action? Watched;

    /// <summary>True where somebody listens, here or elsewhere. All that announcing costs otherwise.</summary>
    public bool IsWatched => !listeners.IsEmpty || !Remote.IsEmpty;

    /// <summary>How the writer asks and tells this feed.</summary>
    public WriteQueueEvents WriterEvents => new(() => IsWatched, Announce);

    /// <summary>Who listens on other hosts.</summary>
    public RemoteSubscribers Remote { get; } = new(clock);

    /// <summary>The accounts that somebody listens to here.</summary>
    public IReadOnlyCollection<Guid> WatchedAccounts => [.. listeners.Keys];

    /// <summary>
    /// Calls back with every change of the account from now on, until the result is disposed (one call may be under way then). The calls come from
    /// tasks of the feed and of other hosts' news, never from a thread of the engine; they must return at once, for all listeners share these tasks.
    /// </summary>
    public IDisposable Subscribe(Guid accountId, Action<FeedChange> onChange)
    {
        var isFirst = false;
        lock (gate)
        {
            isFirst = !listeners.ContainsKey(accountId);
            listeners = listeners.SetItem(accountId, listeners.GetValueOrDefault(accountId, []).Add(onChange));
            fanOut ??= Task.Run(FanOutAsync);
        }

        if (isFirst) Watched?.Invoke();
        return new Subscription(() => Unsubscribe(accountId, onChange));
    }

    /// <summary>Hands what somebody waits for <see cref="Remote"/> to <paramref name="others"/> from now on, which must return at once.</summary>
    public void TellOthers(Action<IReadOnlyList<AccountChanges>> others)
    {
        lock (gate)
        {
            tellOthers = others;
            fanOut ??= Task.Run(FanOutAsync);
        }
    }

    /// <summary>What a transaction did, now that it is durable.</summary>
    public void Announce(JobChanges changes)
    {
        if (!IsWatched) return;
        foreach (var (projectId, accountId) in changes.Owners) accounts[projectId] = accountId;
        // Nobody listened when it began: who came since may have read what it replaced.
        if (changes.Told is null) Post(AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs()).Changes);
        else if (changes.Told.Count > 0) Post(changes.Told);
    }

    /// <summary>Tells the listeners here, and nobody else, what another host did.</summary>
    public void Hear(AccountChanges news)
    {
        if (news.AccountId == AccountChanges.Everyone) foreach (var its in listeners.Values) Tell(its, news.Changes);
        else if (listeners.TryGetValue(news.AccountId, out var its)) Tell(its, news.Changes);
    }

    public void Dispose() => transactions.Writer.TryComplete();

    private void Post(IReadOnlyList<FeedChange> changes)
    {
        if (transactions.Writer.TryWrite(changes)) return;
        Volatile.Write(ref missed, 1);
        transactions.Writer.TryWrite([]);   // the reader may have emptied the channel meanwhile: it must see the mark
    }

    private void Unsubscribe(Guid accountId, Action<FeedChange> onChange)
    {
        lock (gate)
        {
            var left = listeners.GetValueOrDefault(accountId, []).Remove(onChange);
            listeners = left.IsEmpty ? listeners.Remove(accountId) : listeners.SetItem(accountId, left);
        }
    }

    private async Task FanOutAsync()
    {
        await foreach (var changes in transactions.Reader.ReadAllAsync())
        {
            if (Interlocked.Exchange(ref missed, 0) == 1) Tell([AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs())]);
            Tell(await SortAsync(changes));
        }
    }

    /// <summary>By account.</summary>
    private async Task<IReadOnlyList<AccountChanges>> SortAsync(IReadOnlyList<FeedChange> changes)
    {
        try
        {
            await LearnAsync(changes);
        }
        catch (Exception exception)
        {
            Log.FeedFailed(log, exception);   // the database is away, most likely, so the accounts are not known
            return [AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs())];
        }

        return
        [
            .. from change in changes
               let accountId = change.Kind == FeedKind.Invalidate ? AccountChanges.Everyone : accounts.GetValueOrDefault(change.ProjectId)
               where change.Kind == FeedKind.Invalidate || accountId != default   // else the project is gone
               group change by accountId into its
               select its.Skip(MaxChanges).Any() ? AccountChanges.Invalidate(its.Key, clock.NowMs()) : new AccountChanges(its.Key, [.. its]),
        ];
    }

    private async Task LearnAsync(IReadOnlyList<FeedChange> changes)
    {
        if (accounts.Count > KnownProjects) accounts.Clear();
        var unknown = changes.Where(c => c.Kind != FeedKind.Invalidate && !accounts.ContainsKey(c.ProjectId)).Select(c => c.ProjectId).Distinct().ToArray();
        if (unknown.Length == 0) return;

        await using var db = await contexts.CreateDbContextAsync();
        var found = await db.Projects.Where(p => unknown.Contains(p.Id)).Select(p => new { p.Id, p.AccountId }).ToListAsync();
        foreach (var project in found) accounts[project.Id] = project.AccountId;
    }

    private void Tell(IReadOnlyList<AccountChanges> news)
    {
        foreach (var one in news) Hear(one);
        if (tellOthers is null || Remote.IsEmpty) return;
        AccountChanges[] wanted = [.. news.Where(one => Remote.Wants(one.AccountId))];
        if (wanted.Length > 0) tellOthers(wanted);
    }

    private void Tell(ImmutableArray<Action<FeedChange>> listening, IReadOnlyList<FeedChange> changes)
    {
        foreach (var change in changes)
        {
            foreach (var onChange in listening) Tell(onChange, change);
        }
    }

    private void Tell(Action<FeedChange> onChange, FeedChange change)
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

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? end = end;

        public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
    }
}
