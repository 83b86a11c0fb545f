using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Accounts;

/// <summary>Whose session it is.</summary>
/// <param name="IsFirstOperator">The account itself is an operator; the setting may make it one as well.</param>
internal sealed record OpenSession(Guid Id, Guid AccountId, string Email, bool IsFirstOperator);

/// <summary>
/// Looks a session up at each request, and marks that it was seen. It writes the mark at most once a minute, so that a request costs no
/// write.
/// </summary>
internal sealed class SessionLook(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock)
{
    // Asked every two seconds where hosts share the database.
    private static readonly CompiledQuery<Func<DispatchDbContext, Guid[], long, IAsyncEnumerable<Guid>>> OpenAmong = new(
        () => EF.CompileAsyncQuery((DispatchDbContext db, Guid[] ids, long now) =>
            db.Sessions.Where(s => ids.Contains(s.Id) && s.ExpiresAt > now).Select(s => s.Id)));

    private static readonly long MarkEvery = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    private readonly RecentSecrets recent = new(clock);

    /// <summary>The token could be right, and it takes the database to tell.</summary>
    public bool IsNew(string token) => Secret.IsWellFormed(token, SessionStore.Prefix) && recent.IsNew(Secret.Hash(token));

    /// <summary>The session a token stands for; null when it is malformed, unknown, expired or signed out.</summary>
    public async Task<OpenSession?> FindAsync(string token, CancellationToken cancellation)
    {
        if (!Secret.IsWellFormed(token, SessionStore.Prefix)) return null;
        var hash = Secret.Hash(token);
        if (recent.IsUnknown(hash)) return null;
        var session = await LookAsync(sessions => sessions.Where(s => s.Hash == hash), cancellation);
        recent.Remember(hash, isThere: session is not null);
        return session;
    }

    /// <summary>The session a cookie names; null when it is expired or signed out.</summary>
    public Task<OpenSession?> FindAsync(Guid sessionId, CancellationToken cancellation) =>
        LookAsync(sessions => sessions.Where(s => s.Id == sessionId && s.Kind == SessionKind.Browser), cancellation);

    /// <summary>Those of the sessions that are still open. It marks none: a page that is merely left open is not used.</summary>
    public async Task<IReadOnlySet<Guid>> OpenAmongAsync(IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellation)
    {
        var now = clock.NowMs();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await OpenAmong.For(db)(db, [.. sessionIds], now).ToHashSetAsync(cancellationToken: cancellation);
    }

    /// <inheritdoc cref="OpenAmongAsync"/>
    public async Task<bool> IsOpenAsync(Guid sessionId, CancellationToken cancellation)
    {
        var now = clock.NowMs();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Sessions.AnyAsync(s => s.Id == sessionId && s.ExpiresAt > now, cancellation);
    }

    private async Task<OpenSession?> LookAsync(Func<IQueryable<Session>, IQueryable<Session>> which, CancellationToken cancellation)
    {
        var now = clock.NowMs();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await which(db.Sessions).Where(s => s.ExpiresAt > now)
            .Join(
                db.Users,
                s => s.AccountId,
                a => a.Id,
                (s, a) => new { Session = new OpenSession(s.Id, s.AccountId, a.Email!, a.IsOperator), s.Kind, s.LastSeenAt })
            .FirstOrDefaultAsync(cancellation);
        if (found is null) return null;
        if (found.LastSeenAt <= now - MarkEvery) await MarkAsync(db, found.Session.Id, found.Kind, now);
        return found.Session;
    }

    private static async Task MarkAsync(DispatchDbContext db, Guid sessionId, SessionKind kind, long now)
    {
        var expiresAt = now + (long)SessionStore.Lifetime.TotalMilliseconds;
        var unmarked = db.Sessions.Where(s => s.Id == sessionId && s.LastSeenAt <= now - MarkEvery);   // of requests at once, one writes
        try
        {
            await (kind switch
            {
                SessionKind.Browser => unmarked.ExecuteUpdateAsync(
                    set => set.SetProperty(s => s.LastSeenAt, now).SetProperty(s => s.ExpiresAt, expiresAt)),
                SessionKind.Token => unmarked.ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now)),
            });
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            // Reading works though writing does not: the request goes on, and the next one tries to mark again.
        }
    }
}
