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
/// Takes each transaction's changes from <see cref="WriteQueue"/> after the commit and notifies the dashboard's pages of the account.
/// Publishing returns at once; a task of the feed finds the accounts and calls the subscribers. Other hosts' changes arrive here as well.
/// The queue is bounded: if the task falls behind, or a transaction changes very much, pages get one <see cref="FeedKind.Invalidate"/>.
/// </summary>
internal sealed class JobFeed(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock, ILogger<JobFeed> log) : IDisposable
{
    /// <summary>Per account and transaction. More become one <see cref="FeedKind.Invalidate"/>: no page shows so many jobs.</summary>
    public const int MaxChanges = 200;

    /// <summary>Transactions that may wait: about one second's on a busy host.</summary>
    public const int MaxPending = 128;

    private const int KnownProjects = 10_000;

    private readonly Channel<IReadOnlyList<FeedChange>> pending =
        Channel.CreateBounded<IReadOnlyList<FeedChange>>(new BoundedChannelOptions(MaxPending) { SingleReader = true });

    private readonly ConcurrentDictionary<Guid, Guid> accounts = new();   // by project; a project never changes its account
    private readonly Lock gate = new();
    private volatile ImmutableDictionary<Guid, ImmutableArray<Action<FeedChange>>> subscribers =
        ImmutableDictionary<Guid, ImmutableArray<Action<FeedChange>>>.Empty;

    private volatile Action<IReadOnlyList<AccountChanges>>? forward;
    private int missed;
    private Task? fanOut;

    /// <summary>Raised when an account gets its first subscriber on this host.</summary>
    public event Action? Watched;

    /// <summary>True if there is a subscriber, here or on another host. Without one, publishing costs only this check.</summary>
    public bool IsWatched => !subscribers.IsEmpty || !Remote.IsEmpty;

    public WriteQueueEvents WriterEvents => new(() => IsWatched, Publish);

    public RemoteSubscribers Remote { get; } = new(clock);

    /// <summary>The accounts with subscribers on this host.</summary>
    public IReadOnlyCollection<Guid> WatchedAccounts => [.. subscribers.Keys];

    /// <summary>
    /// Calls back with every change of the account until the result is disposed; one call may still be running then. The calls come from
    /// tasks of this room, never from an engine thread. All subscribers share these tasks, so a callback must return at once.
    /// </summary>
    public IDisposable Subscribe(Guid accountId, Action<FeedChange> onChange)
    {
        var isFirst = false;
        lock (gate)
        {
            isFirst = !subscribers.ContainsKey(accountId);
            subscribers = subscribers.SetItem(accountId, subscribers.GetValueOrDefault(accountId, []).Add(onChange));
            fanOut ??= Task.Run(FanOutAsync);
        }

        if (isFirst) Watched?.Invoke();
        return new Subscription(() => Unsubscribe(accountId, onChange));
    }

    /// <summary>Passes the changes that <see cref="Remote"/> wants to the callback from now on. The callback must return at once.</summary>
    public void ForwardTo(Action<IReadOnlyList<AccountChanges>> others)
    {
        lock (gate)
        {
            forward = others;
            fanOut ??= Task.Run(FanOutAsync);
        }
    }

    /// <summary>Queues the changes of a committed transaction of this host.</summary>
    public void Publish(JobChanges changes)
    {
        if (!IsWatched) return;
        foreach (var (projectId, accountId) in changes.AccountsByProject) accounts[projectId] = accountId;
        // Null: nobody watched when the transaction began, so a page opened since may have read the old rows.
        if (changes.FeedChanges is null) Enqueue(AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs()).Changes);
        else if (changes.FeedChanges.Count > 0) Enqueue(changes.FeedChanges);
    }

    /// <summary>Notifies the subscribers on this host, and only those, of another host's changes.</summary>
    public void PublishRemote(AccountChanges changes) => Notify(changes);

    public void Dispose() => pending.Writer.TryComplete();

    private void Enqueue(IReadOnlyList<FeedChange> changes)
    {
        if (pending.Writer.TryWrite(changes)) return;
        Volatile.Write(ref missed, 1);
        pending.Writer.TryWrite([]);   // if the reader has emptied the channel meanwhile, this wakes it to see the mark
    }

    private void Unsubscribe(Guid accountId, Action<FeedChange> onChange)
    {
        lock (gate)
        {
            var left = subscribers.GetValueOrDefault(accountId, []).Remove(onChange);
            subscribers = left.IsEmpty ? subscribers.Remove(accountId) : subscribers.SetItem(accountId, left);
        }
    }

    private async Task FanOutAsync()
    {
        await foreach (var changes in pending.Reader.ReadAllAsync())
        {
            if (Interlocked.Exchange(ref missed, 0) == 1) Distribute([AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs())]);
            Distribute(await GroupByAccountAsync(changes));
        }
    }

    private async Task<IReadOnlyList<AccountChanges>> GroupByAccountAsync(IReadOnlyList<FeedChange> changes)
    {
        try
        {
            await LoadAccountsAsync(changes);
        }
        catch (Exception exception)
        {
            Log.FeedFailed(log, exception);   // most likely the database is down, so the accounts stay unknown
            return [AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs())];
        }

        return
        [
            .. from change in changes
               let accountId = change.Kind == FeedKind.Invalidate ? AccountChanges.Everyone : accounts.GetValueOrDefault(change.ProjectId)
               where change.Kind == FeedKind.Invalidate || accountId != default   // otherwise the project is gone
               group change by accountId into ofAccount
               select ofAccount.Skip(MaxChanges).Any()
                   ? AccountChanges.Invalidate(ofAccount.Key, clock.NowMs())
                   : new AccountChanges(ofAccount.Key, [.. ofAccount]),
        ];
    }

    private async Task LoadAccountsAsync(IReadOnlyList<FeedChange> changes)
    {
        if (accounts.Count > KnownProjects) accounts.Clear();
        var unknown = changes
            .Where(c => c.Kind != FeedKind.Invalidate && !accounts.ContainsKey(c.ProjectId))
            .Select(c => c.ProjectId)
            .Distinct()
            .ToArray();
        if (unknown.Length == 0) return;

        await using var db = await contexts.CreateDbContextAsync();
        var found = await db.Projects.Where(p => unknown.Contains(p.Id)).Select(p => new { p.Id, p.AccountId }).ToListAsync();
        foreach (var project in found) accounts[project.Id] = project.AccountId;
    }

    private void Distribute(IReadOnlyList<AccountChanges> changes)
    {
        foreach (var ofAccount in changes) Notify(ofAccount);
        if (forward is null || Remote.IsEmpty) return;
        AccountChanges[] wanted = [.. changes.Where(ofAccount => Remote.Wants(ofAccount.AccountId))];
        if (wanted.Length > 0) forward(wanted);
    }

    private void Notify(AccountChanges changes)
    {
        if (changes.AccountId == AccountChanges.Everyone)
        {
            foreach (var callbacks in subscribers.Values) Notify(callbacks, changes.Changes);
        }
        else if (subscribers.TryGetValue(changes.AccountId, out var callbacks))
        {
            Notify(callbacks, changes.Changes);
        }
    }

    private void Notify(ImmutableArray<Action<FeedChange>> callbacks, IReadOnlyList<FeedChange> changes)
    {
        foreach (var change in changes)
        {
            foreach (var onChange in callbacks) Notify(onChange, change);
        }
    }

    private void Notify(Action<FeedChange> onChange, FeedChange change)
    {
        try
        {
            onChange(change);
        }
        catch (Exception exception)
        {
            Log.ListenerFailed(log, exception);   // one page's failure must not reach the other pages
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? end = end;

        public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
    }
}
