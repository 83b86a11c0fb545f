using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Signing;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Projects;

/// <summary>
/// Stores the projects of accounts. Another account's project counts as not found. Changes go through <see cref="WriteQueue"/>, so that
/// pages are notified on every host.
/// </summary>
internal sealed class ProjectStore(
    IDbContextFactory<DispatchDbContext> contexts,
    WriteQueue commits,
    SigningSecrets secrets,
    ApiKeyStore keys,
    InboxCache inboxes,
    TimeProvider clock)
{
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<Project> CreateAsync(Guid accountId, string name)
    {
        var project = new Project
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            AccountId = accountId,
            Name = name,
            SecretCipher = secrets.CreateCipher(),
            InboxToken = InboxToken.Create(),
            CreatedAt = clock.NowMs(),
        };
        return commits.WriteAsync(new CustomWrite<Project>(async (db, changes) =>
        {
            await db.InsertRowsAsync([project]);
            changes.ProjectChanged(accountId, project.Id, project.CreatedAt);
            return project;
        }));
    }

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<Project>> ListAsync(Guid accountId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Projects.AsNoTracking()
            .Where(p => p.AccountId == accountId && p.DeletedAt == null)
            .OrderBy(p => p.CreatedAt).ThenBy(p => p.Id)
            .ToListAsync(cancellation);
    }

    public async Task<Project?> FindAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Owned(db, accountId, projectId).AsNoTracking().FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Null: the account has no such project.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<Project?> RenameAsync(Guid accountId, Guid projectId, string name) =>
        commits.WriteAsync(new CustomWrite<Project?>(async (db, changes) =>
        {
            var project = Owned(db, accountId, projectId);
            if (await project.ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, name)) == 0) return null;
            changes.ProjectChanged(accountId, projectId, clock.NowMs());
            return await project.AsNoTracking().SingleAsync();
        }));

    /// <summary>Hides the project and deletes its keys; its jobs fire no more and are purged later. False: no such project.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<bool> DeleteAsync(Guid accountId, Guid projectId) =>
        await DeleteAsync(accountId, db => Owned(db, accountId, projectId)) > 0;

    /// <summary>Deletes all of the account's projects before the account is deleted.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task DeleteAllAsync(Guid accountId) =>
        DeleteAsync(accountId, db => db.Projects.Where(p => p.AccountId == accountId && p.DeletedAt == null));

    private async Task<int> DeleteAsync(Guid accountId, Func<DispatchDbContext, IQueryable<Project>> projects)
    {
        var deleted = await commits.WriteAsync(new CustomWrite<int>(async (db, changes) =>
        {
            long? now = clock.NowMs();
            var ids = await projects(db).Select(p => p.Id).ToArrayAsync();
            await db.ApiKeys.Where(k => ids.Contains(k.ProjectId)).ExecuteDeleteAsync();
            foreach (var id in ids) changes.ProjectChanged(accountId, id, now.Value);
            return await db.Projects.Where(p => ids.Contains(p.Id)).ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, now));
        }));
        keys.ClearCache();
        inboxes.Clear();
        return deleted;
    }

    private static IQueryable<Project> Owned(DispatchDbContext db, Guid accountId, Guid projectId) =>
        db.Projects.Where(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null);
}
