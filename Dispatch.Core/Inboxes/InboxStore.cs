using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Signing;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Inboxes;

/// <summary>An inbox as an incoming request uses it.</summary>
/// <param name="DelayMs">How long to wait before answering, ms.</param>
/// <param name="Secrets">The project's signing secrets at this moment, newest first.</param>
internal sealed record OpenInbox(Guid ProjectId, int Status, int DelayMs, IReadOnlyList<string> Secrets);

/// <summary>An inbox as its owner sees it.</summary>
/// <param name="Requests">Newest first.</param>
internal sealed record InboxContents(string Token, int Status, int DelayMs, IReadOnlyList<ReceivedRequest> Requests);

/// <summary>Stores each project's test endpoint: its answer, and the last requests it received.</summary>
internal sealed class InboxStore(
    IDbContextFactory<DispatchDbContext> contexts,
    WriteQueue commits,
    InboxWriter writer,
    SigningSecrets secrets,
    TimeProvider clock)
{
    /// <summary>Null: no inbox has this token.</summary>
    public async Task<OpenInbox?> FindAsync(string token, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Projects
            .Where(p => p.InboxToken == token && p.DeletedAt == null)
            .Select(p => new { p.Id, p.InboxStatus, p.InboxDelayMs, p.SecretCipher, p.PreviousSecretCipher, p.PreviousSecretExpiresAt })
            .FirstOrDefaultAsync(cancellation) is { } project
            ? new OpenInbox(
                project.Id,
                project.InboxStatus,
                project.InboxDelayMs,
                secrets.Current(project.SecretCipher, project.PreviousSecretCipher, project.PreviousSecretExpiresAt, clock.NowMs()))
            : null;
    }

    /// <summary>Also deletes requests beyond <see cref="ReceivedRequest.MaxPerProject"/>. In a flood some are not stored.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task ReceiveAsync(ReceivedRequest request) => writer.StoreAsync(request);

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
    public Task<bool> SetAnswerAsync(Guid accountId, Guid projectId, int status, int delayMs) =>
        commits.WriteAsync(new CustomWrite<bool>(async (db, changes) =>
        {
            var isSet = await Owned(db, accountId, projectId)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.InboxStatus, status).SetProperty(p => p.InboxDelayMs, delayMs)) == 1;
            if (isSet) changes.InboxChanged(projectId, clock.NowMs());
            return isSet;
        }));

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

    /// <summary>A project's requests. The order within one millisecond is stable, but not the order of arrival.</summary>
    public static IQueryable<ReceivedRequest> NewestFirst(DispatchDbContext db, Guid projectId) =>
        db.InboxRequests.Where(r => r.ProjectId == projectId).OrderByDescending(r => r.ReceivedAt).ThenByDescending(r => r.Id);

    private static IQueryable<Project> Owned(DispatchDbContext db, Guid accountId, Guid projectId) =>
        db.Projects.Where(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null);
}
