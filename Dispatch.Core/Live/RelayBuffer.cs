using System.Runtime.InteropServices;
using System.Threading.Channels;
using Dispatch.Time;
using Dispatch.Writing;

namespace Dispatch.Live;

/// <summary>What this host has to tell the others, gathered while its last message is on its way. It does not grow beyond <see cref="JobFeed.MaxChanges"/> an account.</summary>
internal sealed class RelayBuffer(Guid hostId, JobFeed feed, TimeProvider clock)
{
    /// <summary>With more accounts than these it is cheaper to hear of all.</summary>
    private const int MaxWatched = 1000;

    private readonly Channel<bool> filled = Channel.CreateBounded<bool>(1);
    private readonly Lock gate = new();
    private Dictionary<Guid, List<FeedChange>> news = [];
    private bool watchingIsDue;
    private bool hasSaidToWatch;
    private bool sessionsEnded;

    public void Add(IReadOnlyList<AccountChanges> more)
    {
        lock (gate)
        {
            foreach (var (accountId, changes) in more)
            {
                ref var its = ref CollectionsMarshal.GetValueRefOrAddDefault(news, accountId, out _);
                its ??= [];
                if (its.Count + changes.Count <= JobFeed.MaxChanges) its.AddRange(changes);
                else its = [.. Invalidate(accountId).Changes];
            }
        }

        filled.Writer.TryWrite(true);
    }

    /// <summary>Something could not be said, or nobody knows whether it was heard: everyone is to look again.</summary>
    public void StartOver()
    {
        lock (gate) news.Clear();
        Add([Invalidate(AccountChanges.Everyone)]);
    }

    public void AddSessionsEnded()
    {
        lock (gate) sessionsEnded = true;
        filled.Writer.TryWrite(true);
    }

    /// <summary>Says which accounts somebody listens to here; nothing where nobody does and that is known.</summary>
    public void AddWatching()
    {
        lock (gate) watchingIsDue = true;
        filled.Writer.TryWrite(true);
    }

    /// <summary>Waits until there may be something, and empties the box.</summary>
    public async Task<IReadOnlyList<RelayMessage>> TakeAsync(CancellationToken cancellation)
    {
        await filled.Reader.ReadAsync(cancellation);
        var messages = new List<RelayMessage>();
        lock (gate)
        {
            if (watchingIsDue && feed.WatchedAccounts is var accounts && (accounts.Count > 0 || hasSaidToWatch))
            {
                hasSaidToWatch = accounts.Count > 0;
                messages.Add(new WatchingMessage(hostId, accounts.Count > MaxWatched ? [AccountChanges.Everyone] : accounts));
            }

            if (sessionsEnded) messages.Add(new SessionsEndedMessage(hostId));
            if (news.Count > 0) messages.Add(new NewsMessage(hostId, [.. news.Select(its => new AccountChanges(its.Key, its.Value))]));
            (watchingIsDue, sessionsEnded, news) = (false, false, []);
        }

        return messages;
    }

    private AccountChanges Invalidate(Guid accountId) => AccountChanges.Invalidate(accountId, clock.NowMs());
}
