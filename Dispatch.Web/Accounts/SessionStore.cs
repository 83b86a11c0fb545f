using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Accounts;

/// <summary>A token that was just made; it is not stored, only its SHA-256.</summary>
/// <param name="ExpiresAt">Milliseconds since the Unix epoch, UTC.</param>
internal sealed record NewSession(string Token, long ExpiresAt);

/// <summary>
/// Sessions of browsers and of tokens. Each is a row that every request looks up, so that signing out and a change of password end it at
/// once, on every host.
/// </summary>
internal sealed class SessionStore(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock)
{
    public const string Prefix = "ses_";

    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Rows were deleted here: who holds a connection for a session looks whether it is still open.</summary>
    public event Action? Ended;

    /// <summary>
    /// Opens a token's session for someone whose password was just verified. Null if the password was changed since, because a sign-in
    /// that is under way meanwhile must not outlive the change.
    /// </summary>
    public async Task<NewSession?> OpenAsync(Account account, SessionOrigin origin, CancellationToken cancellation)
    {
        var token = Secret.Create(Prefix);
        return await AddAsync(account, SessionKind.Token, token, origin, cancellation) is { } session
            ? new NewSession(token, session.ExpiresAt)
            : null;
    }

    /// <summary>The same for a browser; the id is for its cookie.</summary>
    public async Task<Guid?> OpenBrowserAsync(Account account, SessionOrigin origin, CancellationToken cancellation) =>
        (await AddAsync(account, SessionKind.Browser, Secret.Create(Prefix), origin, cancellation))?.Id;

    /// <summary>The account's open sessions, those seen last first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid accountId, int limit, CancellationToken cancellation)
    {
        var now = clock.NowMs();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Sessions.AsNoTracking().Where(s => s.AccountId == accountId && s.ExpiresAt > now)
            .OrderByDescending(s => s.LastSeenAt).ThenByDescending(s => s.Id).Take(limit).ToListAsync(cancellation);
    }

    /// <summary>Signs the token out. Nothing happens when it is unknown already.</summary>
    public Task CloseAsync(string token, CancellationToken cancellation)
    {
        var hash = Secret.Hash(token);
        return DeleteAsync(sessions => sessions.Where(s => s.Hash == hash), cancellation);
    }

    /// <summary>Signs one of the account's sessions out.</summary>
    public Task CloseAsync(Guid accountId, Guid sessionId, CancellationToken cancellation) =>
        DeleteAsync(sessions => sessions.Where(s => s.Id == sessionId && s.AccountId == accountId), cancellation);

    /// <summary>Signs the account out everywhere but there.</summary>
    public Task CloseOthersAsync(Guid accountId, Guid keep, CancellationToken cancellation) =>
        DeleteAsync(sessions => sessions.Where(s => s.AccountId == accountId && s.Id != keep), cancellation);

    /// <summary>Whoever deletes sessions in a transaction of their own says so once it is committed.</summary>
    public void TellEnded() => Ended?.Invoke();

    private async Task<Session?> AddAsync(
        Account account, SessionKind kind, string token, SessionOrigin origin, CancellationToken cancellation)
    {
        var now = clock.NowMs();
        var session = new Session
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            AccountId = account.Id,
            Kind = kind,
            Hash = Secret.Hash(token),
            UserAgent = origin.UserAgent,
            IpAddress = origin.Address,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + (long)Lifetime.TotalMilliseconds,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (!await db.Users.AnyAsync(a => a.Id == account.Id && a.SecurityStamp == account.SecurityStamp, cancellation)) return null;
        await db.Sessions.Where(s => s.AccountId == account.Id && s.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return session;
    }

    private async Task DeleteAsync(Func<IQueryable<Session>, IQueryable<Session>> which, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await which(db.Sessions).ExecuteDeleteAsync(cancellation) > 0) TellEnded();
    }
}
