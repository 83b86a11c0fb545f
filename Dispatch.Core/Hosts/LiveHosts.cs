using Dispatch.Model;
using Dispatch.Time;

namespace Dispatch.Hosts;

/// <summary>
/// Knows which hosts on this database live. A host lives if its row keeps changing, measured by this host's monotonic clock, so the wall
/// clocks of the hosts may differ. A host of the same machine is dead as soon as its lock is free.
/// </summary>
internal sealed class LiveHosts(HostIdentity host, TimeProvider clock)
{
    /// <summary>A row that is older than this when first seen belongs to a dead host. Clocks of hosts must differ less.</summary>
    private static readonly TimeSpan LongAgo = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Guid, (long LastSeenAt, long ChangedAt)> others = [];
    private long lookedAt = clock.GetTimestamp();
    private volatile Partition partition = Partition.Whole;

    public Partition Partition => partition;

    /// <summary>True on the host that started first, which does the maintenance for all.</summary>
    public bool IsOldest => partition.Index == 0;

    /// <summary>Compares the table's rows with the last ones. Returns the dead hosts.</summary>
    public IReadOnlyList<ObservedHost> Look(IReadOnlyList<ObservedHost> rows)
    {
        var (at, now) = (clock.GetTimestamp(), clock.NowMs());
        // The database was away, or this host was paused, so the silence of others in that time means nothing.
        var blind = clock.GetElapsedTime(lookedAt, at) > 3 * Timing.HeartbeatInterval;
        lookedAt = at;

        var dead = new List<ObservedHost>();
        foreach (var row in rows.Where(row => row.Id != host.Id))
        {
            var isKnown = others.TryGetValue(row.Id, out var seen);
            var hasBeaten = isKnown && seen.LastSeenAt != row.LastSeenAt;
            if (!isKnown || blind || hasBeaten) others[row.Id] = seen = (row.LastSeenAt, at);
            var isStale = !isKnown && now - row.LastSeenAt > LongAgo.TotalMilliseconds;
            var isDead = isStale
                || (!hasBeaten && HostLocks.HasEnded(row))
                || clock.GetElapsedTime(seen.ChangedAt, at) >= Timing.HostTimeout;
            if (isDead) dead.Add(row);
        }

        foreach (var gone in others.Keys.Except(rows.Select(row => row.Id)).ToArray()) others.Remove(gone);
        Guid[] living = [.. rows.Except(dead).Select(row => row.Id).Append(host.Id).Distinct().Order()];
        partition = new Partition(Array.IndexOf(living, host.Id), living.Length);
        return dead;
    }
}

internal sealed record ObservedHost(Guid Id, string Name, long LastSeenAt);
