using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Projects;

/// <summary>
/// Caches rows until one of them is changed, which is rare and clears them all. A look-up that runs meanwhile carries an old epoch, so it
/// cannot put an old row back.
/// </summary>
/// <param name="limit">So many rows are kept; one more clears them.</param>
internal abstract class EpochCache<TKey, TRow>(int limit)
    where TKey : notnull
    where TRow : class
{
    private readonly ConcurrentDictionary<TKey, TRow> rows = new();
    private readonly Lock gate = new();
    private long epoch;

    public long Epoch => Volatile.Read(ref epoch);

    public bool TryGet(TKey key, [NotNullWhen(true)] out TRow? row) => rows.TryGetValue(key, out row);

    public void Add(TKey key, TRow row, long readEpoch)
    {
        lock (gate)
        {
            if (readEpoch != epoch) return;
            if (rows.Count >= limit) rows.Clear();
            rows[key] = row;
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            epoch++;
            rows.Clear();
        }
    }
}
