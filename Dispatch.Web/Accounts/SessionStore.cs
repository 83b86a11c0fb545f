using Dispatch.Accounts;
using Dispatch.Data;
using Dispatch.Projects;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Accounts;

/// <summary>A token that was just made; it is not stored, only its SHA-256.</summary>
/// <param name="ExpiresAt">Milliseconds since the Unix epoch, UTC.</param>
internal sealed record NewSession(string Token, long ExpiresAt);

/// <summary>Bearer sessions: rows that live 30 days and die at once on sign-out and on a change of password.</summary>
internal sealed class SessionStore(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock)
{
    public const string Prefix = "ses_";

    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>
    /// Opens a session for someone whose password was just verified. Null when the password was changed since: a sign-in that is under way
    /// meanwhile must not outlive the change.
    /// </summary>
    public async Task<NewSession?> OpenAsync(Account account, CancellationToken cancellation)
    {
        var token = Secret.Create(Prefix);
        var now = clock.NowMs();
        var session = new Session
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            AccountId = account.Id,
            Hash = Secret.Hash(token),
            CreatedAt = now,
            ExpiresAt = now + (long)Lifetime.TotalMilliseconds,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await db.Users.AnyAsync(a => a.Id == account.Id && a.SecurityStamp == account.SecurityStamp, cancellation)) return null;
        await db.Sessions.Where(s => s.AccountId == account.Id && s.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new NewSession(token, session.ExpiresAt);
    }

    /// <summary>The account a token stands for; null when it is malformed, unknown, expired or signed out.</summary>
    public async Task<Guid?> FindAsync(string token, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(token, Prefix)) return null;
        var hash = Secret.Hash(token);
        var now = clock.NowMs();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Sessions.Where(s => s.Hash == hash && s.ExpiresAt > now).Select(s => (Guid?)s.AccountId).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Signs the token out. Nothing happens when it is unknown already.</summary>
    public async Task CloseAsync(string token, CancellationToken cancellation)
    {
        var hash = Secret.Hash(token);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Sessions.Where(s => s.Hash == hash).ExecuteDeleteAsync(cancellation);
    }
}
