using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Projects;

/// <summary>Caches keys, by the hash of their text, until one is revoked.</summary>
internal sealed class KeyCache() : EpochCache<HashKey, KeyOwner>(limit: 100_000)
{
    public bool TryGet(ReadOnlySpan<byte> hash, [NotNullWhen(true)] out KeyOwner? owner) => TryGet(HashKey.Of(hash), out owner);

    public void Add(ReadOnlySpan<byte> hash, KeyOwner owner, long readEpoch) => Add(HashKey.Of(hash), owner, readEpoch);
}
