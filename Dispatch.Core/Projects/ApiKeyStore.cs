using Dispatch.Data;
using Dispatch.Fairness;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Projects;

/// <summary>The project and the account that a key belongs to.</summary>
internal sealed record KeyOwner(Guid KeyId, Guid ProjectId, Guid AccountId);

/// <summary>A key just created. Its <see cref="Text"/> is not stored, so it can be shown only now.</summary>
internal sealed record NewApiKey(ApiKey Row, string Text);

/// <summary>Stores the SHA-256 of each key only. Changes go through <see cref="WriteQueue"/>, so that pages are notified.</summary>
internal sealed class ApiKeyStore(IDbContextFactory<DispatchDbContext> contexts, WriteQueue commits, KeyUsage usage, TimeProvider clock)
{
    public const string Prefix = "sk_";

    /// <summary>
    /// Looks at keys in the database at once. Otherwise many requests at once would take all connections, and each new one costs a server
    /// a process.
    /// </summary>
    private const int MaxLooks = 8;

    private readonly KeyCache cache = new();
    private readonly RecentSecrets recent = new(clock);
    private readonly FairLimiter looks = new(new(MaxLooks));

    /// <summary>Null: the account has no such project.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<NewApiKey?> CreateAsync(Guid accountId, Guid projectId, string label)
    {
        var text = Secret.Create(Prefix);
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            ProjectId = projectId,
            Label = label,
            Hash = Secret.Hash(text),
            LastFour = text[^4..],
            CreatedAt = clock.NowMs(),
        };
        return commits.WriteAsync(new CustomWrite<NewApiKey?>(async (db, changes) =>
        {
            if (!await OwnsAsync(db, accountId, projectId, CancellationToken.None)) return null;
            await db.InsertRowsAsync([key]);
            changes.ProjectChanged(accountId, projectId, key.CreatedAt);
            return new NewApiKey(key, text);
        }));
    }

    /// <summary>Oldest first. Null: the account has no such project.</summary>
    public async Task<IReadOnlyList<ApiKey>?> ListAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (!await OwnsAsync(db, accountId, projectId, cancellation)) return null;
        var keys = await db.ApiKeys.AsNoTracking()
            .Where(k => k.ProjectId == projectId)
            .OrderBy(k => k.CreatedAt).ThenBy(k => k.Id)
            .ToListAsync(cancellation);
        foreach (var key in keys) key.LastUsedAt = usage.Latest(key.Id, key.LastUsedAt);
        return keys;
    }

    /// <summary>After this returns, no new request is accepted with the key. False: there is no such key.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<bool> RevokeAsync(Guid accountId, Guid projectId, Guid keyId)
    {
        var revoked = await commits.WriteAsync(new CustomWrite<bool>(async (db, changes) =>
        {
            var isGone = await OwnsAsync(db, accountId, projectId, CancellationToken.None)
                && await db.ApiKeys.Where(k => k.Id == keyId && k.ProjectId == projectId).ExecuteDeleteAsync() == 1;
            if (isGone) changes.ProjectChanged(accountId, projectId, clock.NowMs());
            return isGone;
        }));
        if (revoked) cache.Clear();
        return revoked;
    }

    /// <summary>Null: the key is malformed, unknown or revoked.</summary>
    /// <param name="mayBeCached">
    /// True only if the database checks the key again, as the insert of a job does, or if no other host can have revoked it.
    /// </param>
    public async ValueTask<KeyOwner?> FindAsync(string text, bool mayBeCached, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(text, Prefix)) return null;
        var hash = Secret.Hash(text);
        if (recent.IsUnknown(hash)) return null;
        var isCached = cache.TryGet(hash, out var cached);
        var owner = mayBeCached && isCached ? cached : await LookAsync(hash, cached?.AccountId, cancellation);
        if (owner is not null) usage.Mark(owner.KeyId, clock.NowMs());
        return owner;
    }

    /// <summary>The key could be right, and it takes the database to tell.</summary>
    public bool IsNew(string text) => Secret.IsWellFormed(text, Prefix) && recent.IsNew(Secret.Hash(text));

    /// <summary>Asks the database, because another host may have revoked a key that the cache still knows.</summary>
    public async Task<bool> IsThereAsync(Guid keyId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.ApiKeys.AnyAsync(
            k => k.Id == keyId && db.Projects.Any(p => p.Id == k.ProjectId && p.DeletedAt == null), cancellation);
    }

    /// <summary>Clears the cache after keys were deleted together with their project.</summary>
    public void ClearCache() => cache.Clear();

    /// <param name="accountId">Whose key it was at the last look; unknown keys together count as one account.</param>
    private async Task<KeyOwner?> LookAsync(byte[] hash, Guid? accountId, CancellationToken cancellation)
    {
        using var turn = await looks.EnterAsync(Share.Of(accountId ?? Guid.Empty), cancellation);
        return await LoadAsync(hash, cancellation);
    }

    private async Task<KeyOwner?> LoadAsync(byte[] hash, CancellationToken cancellation)
    {
        var epoch = cache.Epoch;   // taken before the read, so that a revocation during the read keeps the result out of the cache
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var owner = await db.ApiKeys
            .Where(k => k.Hash == hash)
            .Join(db.Projects.Where(p => p.DeletedAt == null), k => k.ProjectId, p => p.Id, (k, p) => new KeyOwner(k.Id, p.Id, p.AccountId))
            .FirstOrDefaultAsync(cancellation);
        recent.Remember(hash, isThere: owner is not null);
        if (owner is not null) cache.Add(hash, owner, epoch);
        return owner;
    }

    private static Task<bool> OwnsAsync(DispatchDbContext db, Guid accountId, Guid projectId, CancellationToken cancellation) =>
        db.Projects.AnyAsync(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null, cancellation);
}
