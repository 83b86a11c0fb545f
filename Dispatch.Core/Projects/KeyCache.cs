using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Projects;

/// <summary>
/// Caches keys until a revocation, which is rare, clears them all. A lookup that runs meanwhile carries an old epoch, so it cannot put the
/// revoked key back.
/// </summary>
internal sealed class KeyCache
{
    private const int Limit = 100_000;

    private readonly ConcurrentDictionary<HashKey, KeyOwner> owners = new();
    private readonly Lock gate = new();
    private long epoch;

    public long Epoch => Volatile.Read(ref epoch);

    public bool TryGet(ReadOnlySpan<byte> hash, [NotNullWhen(true)] out KeyOwner? owner) => owners.TryGetValue(HashKey.Of(hash), out owner);

    public void Add(ReadOnlySpan<byte> hash, KeyOwner owner, long readEpoch)
    {
        lock (gate)
        {
            if (readEpoch != epoch) return;
            if (owners.Count >= Limit) owners.Clear();
            owners[HashKey.Of(hash)] = owner;
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            epoch++;
            owners.Clear();
        }
    }
}
