using System.Collections.Immutable;

namespace Dispatch.Live;

/// <summary>
/// The accounts that somebody listens to on other hosts, as these say again and again: only what one of them waits for is told to them. A host that has
/// not said it for a while is taken to be gone.
/// </summary>
internal sealed class RemoteSubscribers(TimeProvider clock)
{
    /// <summary>For how long a host is believed. It says it once a second; what is told to a dead host costs little.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromSeconds(10);

    private volatile ImmutableDictionary<Guid, Watching> hosts = ImmutableDictionary<Guid, Watching>.Empty;
    private long until;

    /// <summary>True where no other host waits for anything.</summary>
    public bool IsEmpty => hosts.IsEmpty || clock.GetTimestamp() > Volatile.Read(ref until);

    /// <summary>Replaces what the host said before; one call at a time. <see cref="AccountChanges.Everyone"/> among them stands for all accounts.</summary>
    public void Set(Guid hostId, IReadOnlyCollection<Guid> accounts)
    {
        var now = clock.GetTimestamp();
        var end = now + (long)(Trust.TotalSeconds * clock.TimestampFrequency);
        var left = hosts.RemoveRange(hosts.Where(host => host.Value.Until < now).Select(host => host.Key));
        hosts = accounts.Count == 0 ? left.Remove(hostId) : left.SetItem(hostId, new Watching([.. accounts], end));
        Volatile.Write(ref until, end);
    }

    /// <summary>Whether somebody there waits for news of the account, or of <see cref="AccountChanges.Everyone"/>.</summary>
    public bool Wants(Guid accountId)
    {
        var now = clock.GetTimestamp();
        foreach (var host in hosts.Values)
        {
            if (host.Until >= now && (accountId == AccountChanges.Everyone || host.Accounts.Contains(accountId) || host.Accounts.Contains(AccountChanges.Everyone))) return true;
        }

        return false;
    }

    private sealed record Watching(HashSet<Guid> Accounts, long Until);
}
