using System.Runtime.InteropServices;
using System.Threading.Channels;
using Dispatch.Time;
using Dispatch.Writing;

namespace Dispatch.Live;

/// <summary>Gathers messages while the last one is being sent: at most <see cref="JobFeed.MaxChanges"/> changes per account.</summary>
internal sealed class RelayBuffer(Guid hostId, JobFeed feed, TimeProvider clock)
{
    /// <summary>With more accounts than this, receiving the changes of all accounts is cheaper than the list.</summary>
    private const int MaxWatched = 1000;

    private readonly Channel<bool> filled = Channel.CreateBounded<bool>(1);
    private readonly Lock gate = new();
    private Dictionary<Guid, List<FeedChange>> changesByAccount = [];
    private bool watchingIsDue;
    private bool hasSentAccounts;
    private bool sessionsEnded;

    public void Add(IReadOnlyList<AccountChanges> more)
    {
        lock (gate)
        {
            foreach (var (accountId, changes) in more)
            {
                ref var gathered = ref CollectionsMarshal.GetValueRefOrAddDefault(changesByAccount, accountId, out _);
                gathered ??= [];
                if (gathered.Count + changes.Count <= JobFeed.MaxChanges) gathered.AddRange(changes);
                else gathered = [.. Invalidate(accountId).Changes];
            }
        }

        filled.Writer.TryWrite(true);
    }

    /// <summary>Replaces all changes by one that makes every page read again, because some may not have reached the other hosts.</summary>
    public void Reset()
    {
        lock (gate) changesByAccount.Clear();
        Add([Invalidate(AccountChanges.Everyone)]);
    }

    public void AddSessionsEnded()
    {
        lock (gate) sessionsEnded = true;
        filled.Writer.TryWrite(true);
    }

    /// <summary>Adds the list of accounts that pages here watch; nothing if it is empty and the other hosts know that.</summary>
    public void AddWatching()
    {
        lock (gate) watchingIsDue = true;
        filled.Writer.TryWrite(true);
    }

    /// <summary>Waits for an addition, then empties the buffer. The result may be empty.</summary>
    public async Task<IReadOnlyList<RelayMessage>> TakeAsync(CancellationToken cancellation)
    {
        await filled.Reader.ReadAsync(cancellation);
        var messages = new List<RelayMessage>();
        lock (gate)
        {
            if (watchingIsDue && feed.WatchedAccounts is var accounts && (accounts.Count > 0 || hasSentAccounts))
            {
                hasSentAccounts = accounts.Count > 0;
                messages.Add(new WatchingMessage(hostId, accounts.Count > MaxWatched ? [AccountChanges.Everyone] : accounts));
            }

            if (sessionsEnded) messages.Add(new SessionsEndedMessage(hostId));
            if (changesByAccount.Count > 0)
            {
                messages.Add(new ChangesMessage(hostId, [.. changesByAccount.Select(pair => new AccountChanges(pair.Key, pair.Value))]));
            }

            (watchingIsDue, sessionsEnded, changesByAccount) = (false, false, []);
        }

        return messages;
    }

    private AccountChanges Invalidate(Guid accountId) => AccountChanges.Invalidate(accountId, clock.NowMs());
}
