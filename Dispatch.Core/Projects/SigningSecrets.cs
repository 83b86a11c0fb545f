using System.Collections.Concurrent;
using System.Security.Cryptography;
using Dispatch.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Projects;

/// <summary>A project's signing secret as its owner sees it.</summary>
/// <param name="Secret"><c>whsec_</c> and the base64 of 32 random bytes (Standard Webhooks).</param>
/// <param name="PreviousExpiresAt">Until when the secret before it signs as well, ms since the Unix epoch; null when none does.</param>
internal sealed record SigningSecret(string Secret, long? PreviousExpiresAt);

/// <summary>Makes, keeps encrypted, and decrypts the secrets that sign deliveries.</summary>
internal sealed class SigningSecrets(IDbContextFactory<DispatchDbContext> contexts, IDataProtectionProvider protection, TimeProvider clock)
{
    public const string Prefix = "whsec_";

    /// <summary>How long a replaced secret keeps signing beside its successor.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const int CacheLimit = 10_000;

    private readonly IDataProtector protector = protection.CreateProtector("Dispatch.SigningSecrets.v1");

    // By cipher text, so that a rotation needs no invalidation. Single-element arrays: what Current returns nearly always.
    private readonly ConcurrentDictionary<string, string[]> decrypted = new(StringComparer.Ordinal);

    /// <summary>A new secret, encrypted, for a project's row.</summary>
    public string CreateCipher() => protector.Protect(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>The secrets that sign now, the current one first.</summary>
    public IReadOnlyList<string> Current(string secretCipher, string? previousCipher, long? previousExpiresAt, long nowMs)
    {
        var current = Decrypt(secretCipher);
        return previousCipher is not null && previousExpiresAt > nowMs ? [current[0], Decrypt(previousCipher)[0]] : current;
    }

    /// <summary>The secret of a project of the account, or null where there is no such project.</summary>
    public async Task<SigningSecret?> RevealAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Owned(db, accountId, projectId)
            .Select(p => new { p.SecretCipher, p.PreviousSecretExpiresAt })
            .FirstOrDefaultAsync(cancellation) is { } project
            ? new SigningSecret(Decrypt(project.SecretCipher)[0], project.PreviousSecretExpiresAt > clock.NowMs() ? project.PreviousSecretExpiresAt : null)
            : null;
    }

    /// <summary>
    /// Gives the project a new secret; the old one keeps signing for <see cref="Overlap"/>. Only one old secret does: a second rotation within that
    /// time ends the first one's.
    /// </summary>
    public async Task<SigningSecret?> RotateAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var cipher = CreateCipher();
        while (await Owned(db, accountId, projectId).Select(p => p.SecretCipher).FirstOrDefaultAsync(cancellation) is { } old)
        {
            long? expiresAt = clock.NowMs() + (long)Overlap.TotalMilliseconds;
            var rotated = await Owned(db, accountId, projectId)
                .Where(p => p.SecretCipher == old)   // two rotations at once: the second one replaces the first one's secret, not the old
                .ExecuteUpdateAsync(
                    set => set
                        .SetProperty(p => p.SecretCipher, cipher)
                        .SetProperty(p => p.PreviousSecretCipher, old)
                        .SetProperty(p => p.PreviousSecretExpiresAt, expiresAt),
                    cancellation);
            if (rotated == 1) return new SigningSecret(Decrypt(cipher)[0], expiresAt);
        }

        return null;
    }

    private static IQueryable<Project> Owned(DispatchDbContext db, Guid accountId, Guid projectId) =>
        db.Projects.Where(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null);

    private string[] Decrypt(string cipher)
    {
        if (decrypted.TryGetValue(cipher, out var known)) return known;
        if (decrypted.Count >= CacheLimit) decrypted.Clear();
        return decrypted[cipher] = [protector.Unprotect(cipher)];
    }
}
