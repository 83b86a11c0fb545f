using System.Collections.Immutable;

namespace Dispatch.Live;

/// <summary>
/// Knows which accounts the pages on other hosts watch, so that only those accounts' changes are sent. Each host repeats its list; a host
/// that stops doing so counts as gone.
/// </summary>
internal sealed class RemoteSubscribers(TimeProvider clock)
{
    /// <summary>How long a host's list is valid. Hosts repeat it once a second, and sending to a dead host costs little.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private volatile ImmutableDictionary<Guid, Watching> hosts = ImmutableDictionary<Guid, Watching>.Empty;
    private long until;

    /// <summary>True if no other host watches any account.</summary>
    public bool IsEmpty => hosts.IsEmpty || clock.GetTimestamp() > Volatile.Read(ref until);

    /// <summary>
    /// Replaces the host's list, one call at a time. <see cref="AccountChanges.Everyone"/> in the list stands for all accounts.
    /// </summary>
    public void Set(Guid hostId, IReadOnlyCollection<Guid> accounts)
    {
        var now = clock.GetTimestamp();
        var end = now + (long)(Lifetime.TotalSeconds * clock.TimestampFrequency);
        var left = hosts.RemoveRange(hosts.Where(host => host.Value.Until < now).Select(host => host.Key));
        hosts = accounts.Count == 0 ? left.Remove(hostId) : left.SetItem(hostId, new Watching([.. accounts], end));
        Volatile.Write(ref until, end);
    }

    /// <summary>True if another host watches the account; with <see cref="AccountChanges.Everyone"/>, if one watches any account.</summary>
    public bool Wants(Guid accountId)
    {
        var now = clock.GetTimestamp();
        foreach (var host in hosts.Values)
        {
            if (host.Until >= now && host.Includes(accountId)) return true;
        }

        return false;
    }

    private sealed record Watching(HashSet<Guid> Accounts, long Until)
    {
        public bool Includes(Guid accountId) =>
            accountId == AccountChanges.Everyone || Accounts.Contains(accountId) || Accounts.Contains(AccountChanges.Everyone);
    }
}
