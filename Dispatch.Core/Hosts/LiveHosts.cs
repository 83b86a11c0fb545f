using Dispatch.Model;
using Dispatch.Time;

namespace Dispatch.Hosts;

/// <summary>
/// The living hosts on this database as this one sees them. Whether another lives is told by its row changing, measured with this host's own monotonic
/// clock: what the hosts' wall clocks say of each other does not matter. One of the same machine is dead as soon as it has dropped its lock.
/// </summary>
internal sealed class LiveHosts(HostIdentity host, TimeProvider clock)
{
    /// <summary>A row that is older than this when it is first seen is of a host that died long ago. More than the clocks of two hosts may differ.</summary>
    private static readonly TimeSpan LongAgo = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Guid, (long LastSeenAt, long ChangedAt)> others = [];
    private long lookedAt = clock.GetTimestamp();
    private volatile Partition partition = Partition.Whole;

    public Partition Partition => partition;

    /// <summary>True on the host that started first: what one host is enough for is its.</summary>
    public bool IsEldest => partition.Index == 0;

    /// <summary>Takes note of what the table says now. Returns the hosts that are dead.</summary>
    public IReadOnlyList<HostSeen> Look(IReadOnlyList<HostSeen> rows)
    {
        var (at, now) = (clock.GetTimestamp(), clock.NowMs());
        // The database was away, or this host was: nobody's silence in that time means anything.
        var blind = clock.GetElapsedTime(lookedAt, at) > 3 * Timing.HostBeat;
        lookedAt = at;

        var dead = new List<HostSeen>();
        foreach (var row in rows.Where(row => row.Id != host.Id))
        {
            var isKnown = others.TryGetValue(row.Id, out var seen);
            var hasBeaten = isKnown && seen.LastSeenAt != row.LastSeenAt;
            if (!isKnown || blind || hasBeaten) others[row.Id] = seen = (row.LastSeenAt, at);
            var isStale = !isKnown && now - row.LastSeenAt > LongAgo.TotalMilliseconds;
            if (isStale || (!hasBeaten && HostLocks.HasEnded(row)) || clock.GetElapsedTime(seen.ChangedAt, at) >= Timing.HostDead) dead.Add(row);
        }

        foreach (var gone in others.Keys.Except(rows.Select(row => row.Id)).ToArray()) others.Remove(gone);
        Guid[] living = [.. rows.Except(dead).Select(row => row.Id).Append(host.Id).Distinct().Order()];
        partition = new Partition(Array.IndexOf(living, host.Id), living.Length);
        return dead;
    }
}

/// <summary>A host's row as it was read.</summary>
internal sealed record HostSeen(Guid Id, string Name, long LastSeenAt);
