using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Dispatch.Projects;

/// <summary>What an incoming request needs of its project, as the database has it.</summary>
internal sealed record InboxRow(
    Guid ProjectId,
    Guid AccountId,
    int Status,
    int DelayMs,
    string SecretCipher,
    string? PreviousSecretCipher,
    long? PreviousSecretExpiresAt);

/// <summary>
/// Caches inboxes until one is changed, which is rare and clears them all. A look-up that runs meanwhile carries an old epoch, so it cannot
/// put an old answer back. Other hosts change inboxes too, so only SQLite's, which has one host, may be used as they are; the others
/// are known to exist.
/// </summary>
internal sealed class InboxCache
{
    private const int Limit = 10_000;

    private readonly ConcurrentDictionary<string, InboxRow> rows = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private long epoch;

    public long Epoch => Volatile.Read(ref epoch);

    public bool TryGet(string token, [NotNullWhen(true)] out InboxRow? row) => rows.TryGetValue(token, out row);

    public void Add(string token, InboxRow row, long readEpoch)
    {
        lock (gate)
        {
            if (readEpoch != epoch) return;
            if (rows.Count >= Limit) rows.Clear();
            rows[token] = row;
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
