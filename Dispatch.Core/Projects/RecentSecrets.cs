using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Dispatch.Projects;

/// <summary>
/// Remembers by their SHA-256 which secrets were looked up lately, so that a wrong one costs a look-up once and not at each try. A secret
/// that was unknown stays so: it is 256 random bits, which nobody can have before they are stored. It is still forgotten after ten seconds,
/// because an operator may put a back-up of the database in place.
/// </summary>
internal sealed class RecentSecrets(TimeProvider clock)
{
    private const int MaxFound = 100_000;
    private const int MaxUnknown = 10_000;

    private static readonly TimeSpan ForgetUnknown = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<HashKey, bool> found = new();
    private readonly ConcurrentDictionary<HashKey, long> unknown = new();   // since when

    public bool IsUnknown(ReadOnlySpan<byte> hash) =>
        unknown.TryGetValue(HashKey.Of(hash), out var since) && clock.GetElapsedTime(since) < ForgetUnknown;

    /// <summary>Nothing is known of it, or it was forgotten: the database has to be asked.</summary>
    public bool IsNew(ReadOnlySpan<byte> hash) => !found.ContainsKey(HashKey.Of(hash)) && !IsUnknown(hash);

    public void Remember(ReadOnlySpan<byte> hash, bool isThere)
    {
        var key = HashKey.Of(hash);
        if (isThere) Add(found, key, true, MaxFound);
        else
        {
            found.TryRemove(key, out _);
            Add(unknown, key, clock.GetTimestamp(), MaxUnknown);
        }
    }

    // Clearing all is simple, and costs a look-up each.
    private static void Add<TValue>(ConcurrentDictionary<HashKey, TValue> into, HashKey key, TValue value, int max)
    {
        if (!into.ContainsKey(key) && into.Count >= max) into.Clear();
        into[key] = value;
    }
}

/// <summary>A SHA-256 as a key of a dictionary.</summary>
internal readonly record struct HashKey(UInt128 High, UInt128 Low)
{
    public static HashKey Of(ReadOnlySpan<byte> sha256) => MemoryMarshal.Read<HashKey>(sha256);
}
