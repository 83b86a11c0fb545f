using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Inboxes;

/// <summary>An inbox as an incoming request uses it.</summary>
/// <param name="DelayMs">How long to wait before answering, ms.</param>
/// <param name="Secrets">The project's signing secrets at this moment, newest first.</param>
internal sealed record OpenInbox(Guid ProjectId, Guid AccountId, int Status, int DelayMs, IReadOnlyList<string> Secrets);

/// <summary>An inbox as its owner sees it.</summary>
/// <param name="Requests">Newest first.</param>
internal sealed record InboxContents(string Token, int Status, int DelayMs, IReadOnlyList<ReceivedRequest> Requests);

/// <summary>Stores each project's test endpoint: its answer, and the last requests it received.</summary>
internal sealed class InboxStore(
    IDbContextFactory<DispatchDbContext> contexts,
    WriteQueue commits,
    InboxWriter writer,
    InboxCache cache,
    SigningSecrets secrets,
    DatabaseOptions database,
    TimeProvider clock) : IDisposable
{
    /// <summary>Look-ups at once of tokens not used before: a stranger may ask for any, and SQLite's queries hold a thread.</summary>
    private const int MaxGuesses = 4;

    private static readonly CompiledQuery<Func<DispatchDbContext, string, Task<InboxRow?>>> ByToken =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, string token) => db.Projects
            .Where(p => p.InboxToken == token && p.DeletedAt == null)
            .Select(p => new InboxRow(
                p.Id, p.AccountId, p.InboxStatus, p.InboxDelayMs, p.SecretCipher, p.PreviousSecretCipher, p.PreviousSecretExpiresAt))
            .FirstOrDefault()));

    private readonly SemaphoreSlim guesses = new(MaxGuesses);
    private readonly bool isAlone = database.Provider.ServesOneHost();

    /// <summary>Null: no inbox has this token.</summary>
    public async ValueTask<OpenInbox?> FindAsync(string token, CancellationToken cancellation)
    {
        if (await FindRowAsync(token, cancellation) is not { } row) return null;
        var keys = secrets.Current(row.SecretCipher, row.PreviousSecretCipher, row.PreviousSecretExpiresAt, clock.NowMs());
        return new OpenInbox(row.ProjectId, row.AccountId, row.Status, row.DelayMs, keys);
    }

    /// <summary>Also deletes requests beyond <see cref="ReceivedRequest.MaxPerProject"/>.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task ReceiveAsync(Guid accountId, ReceivedRequest request) => writer.StoreAsync(accountId, request);

    /// <summary>Null: the account has no such project.</summary>
    public async Task<InboxContents?> ListAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await Owned(db, accountId, projectId).AsNoTracking().FirstOrDefaultAsync(cancellation) is not { } project) return null;
        var requests = await NewestFirst(db, projectId).AsNoTracking().Take(ReceivedRequest.MaxPerProject).ToListAsync(cancellation);
        return new InboxContents(project.InboxToken, project.InboxStatus, project.InboxDelayMs, requests);
    }

    /// <summary>Sets the answer to future requests. False: the account has no such project.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<bool> SetAnswerAsync(Guid accountId, Guid projectId, int status, int delayMs)
    {
        var wasSet = await commits.WriteAsync(new CustomWrite<bool>(async (db, changes) =>
        {
            var isSet = await Owned(db, accountId, projectId)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.InboxStatus, status).SetProperty(p => p.InboxDelayMs, delayMs)) == 1;
            if (isSet) changes.InboxChanged(projectId, clock.NowMs());
            return isSet;
        }));
        cache.Clear();
        return wasSet;
    }

    /// <summary>Deletes the received requests. False: the account has no such project.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<bool> ClearAsync(Guid accountId, Guid projectId) =>
        commits.WriteAsync(new CustomWrite<bool>(async (db, changes) =>
        {
            if (!await Owned(db, accountId, projectId).AnyAsync()) return false;
            await db.InboxRequests.Where(r => r.ProjectId == projectId).ExecuteDeleteAsync();
            changes.InboxChanged(projectId, clock.NowMs());
            return true;
        }));

    public void Dispose() => guesses.Dispose();

    /// <summary>A project's requests. The order within one millisecond is stable, but not the order of arrival.</summary>
    public static IQueryable<ReceivedRequest> NewestFirst(DispatchDbContext db, Guid projectId) =>
        db.InboxRequests.Where(r => r.ProjectId == projectId).OrderByDescending(r => r.ReceivedAt).ThenByDescending(r => r.Id);

    private async ValueTask<InboxRow?> FindRowAsync(string token, CancellationToken cancellation)
    {
        if (cache.TryGet(token, out var known)) return isAlone ? known : await LoadAsync(token, cancellation);

        await guesses.WaitAsync(cancellation);
        try
        {
            return await LoadAsync(token, cancellation);
        }
        finally
        {
            guesses.Release();
        }
    }

    private async Task<InboxRow?> LoadAsync(string token, CancellationToken cancellation)
    {
        var epoch = cache.Epoch;   // taken before the read, so that a change during the read keeps the result out of the cache
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await ByToken.For(db)(db, token);
        if (row is not null) cache.Add(token, row, epoch);
        return row;
    }

    private static IQueryable<Project> Owned(DispatchDbContext db, Guid accountId, Guid projectId) =>
        db.Projects.Where(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null);
}
