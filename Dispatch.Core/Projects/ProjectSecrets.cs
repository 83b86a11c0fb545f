using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Signing;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Projects;

/// <summary>A project's signing secret as its owner sees it.</summary>
/// <param name="Secret"><c>whsec_</c> and the base64 of 32 random bytes (Standard Webhooks).</param>
/// <param name="PreviousExpiresAt">When the previous secret stops signing, ms since the Unix epoch; null if none signs.</param>
internal sealed record SigningSecret(string Secret, long? PreviousExpiresAt);

/// <summary>Reveals and rotates the signing secret of a project for its owner.</summary>
internal sealed class ProjectSecrets(
    IDbContextFactory<DispatchDbContext> contexts, WriteQueue queue, SigningSecrets secrets, InboxCache inboxes, TimeProvider clock)
{
    /// <summary>Null: the account has no such project.</summary>
    public async Task<SigningSecret?> RevealAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Owned(db, accountId, projectId)
            .Select(p => new { p.SecretCipher, p.PreviousSecretExpiresAt })
            .FirstOrDefaultAsync(cancellation) is { } project
            ? new SigningSecret(
                secrets.Reveal(project.SecretCipher),
                project.PreviousSecretExpiresAt > clock.NowMs() ? project.PreviousSecretExpiresAt : null)
            : null;
    }

    /// <summary>
    /// Gives the project a new secret. The old one signs for <see cref="SigningSecrets.Overlap"/>, or until the next rotation, because only
    /// one old secret is stored. Null: the account has no such project.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<SigningSecret?> RotateAsync(Guid accountId, Guid projectId)
    {
        var cipher = secrets.CreateCipher();
        var secret = await queue.WriteAsync(new CustomWrite<SigningSecret?>(async (db, changes) =>
        {
            long? expiresAt = clock.NowMs() + (long)SigningSecrets.Overlap.TotalMilliseconds;
            // The old value of the column: of two rotations at once, the second one replaces the first one's secret.
            var rotated = await Owned(db, accountId, projectId).ExecuteUpdateAsync(set => set
                .SetProperty(p => p.PreviousSecretCipher, p => p.SecretCipher)
                .SetProperty(p => p.SecretCipher, cipher)
                .SetProperty(p => p.PreviousSecretExpiresAt, expiresAt));
            if (rotated == 0) return null;
            changes.ProjectChanged(accountId, projectId, clock.NowMs());
            return new SigningSecret(secrets.Reveal(cipher), expiresAt);
        }));
        inboxes.Clear();
        return secret;
    }

    private static IQueryable<Project> Owned(DispatchDbContext db, Guid accountId, Guid projectId) =>
        db.Projects.Where(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null);
}
