using Dispatch.Data;
using Dispatch.Inboxes;
using Dispatch.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Projects;

/// <summary>The projects of an account. What belongs to someone else is not found, exactly as what does not exist.</summary>
internal sealed class ProjectStore(IDbContextFactory<DispatchDbContext> contexts, SigningSecrets secrets, ApiKeyStore keys, JobFeed feed, TimeProvider clock)
{
    public async Task<Project> CreateAsync(Guid accountId, string name, CancellationToken cancellation)
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
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        db.Projects.Add(project);
        await db.SaveChangesAsync(cancellation);
        Announce(accountId, project.Id);
        return project;
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

    public async Task<Project?> RenameAsync(Guid accountId, Guid projectId, string name, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var renamed = await Owned(db, accountId, projectId).ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, name), cancellation);
        if (renamed == 0) return null;
        Announce(accountId, projectId);
        return await Owned(db, accountId, projectId).AsNoTracking().FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Hides the project and deletes its keys; its jobs fire no more and are purged later. False: there is no such project.</summary>
    public async Task<bool> DeleteAsync(Guid accountId, Guid projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await DeleteAsync(db, Owned(db, accountId, projectId), cancellation) == 0) return false;
        Announce(accountId, projectId);
        return true;
    }

    /// <summary>All of the account's projects, because the account goes.</summary>
    public async Task DeleteAllAsync(Guid accountId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await DeleteAsync(db, db.Projects.Where(p => p.AccountId == accountId && p.DeletedAt == null), cancellation);
    }

    private async Task<int> DeleteAsync(DispatchDbContext db, IQueryable<Project> projects, CancellationToken cancellation)
    {
        long? now = clock.NowMs();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var projectIds = projects.Select(p => p.Id);
        await db.ApiKeys.Where(k => projectIds.Contains(k.ProjectId)).ExecuteDeleteAsync(cancellation);
        var deleted = await projects.ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, now), cancellation);
        await transaction.CommitAsync(CancellationToken.None);   // past this point the keys are dead: the cache must hear of it
        keys.ForgetAll();
        return deleted;
    }

    private void Announce(Guid accountId, Guid projectId) =>
        feed.Announce(accountId, new FeedChange(FeedKind.Project, projectId, null, null, clock.NowMs()));

    private static IQueryable<Project> Owned(DispatchDbContext db, Guid accountId, Guid projectId) =>
        db.Projects.Where(p => p.Id == projectId && p.AccountId == accountId && p.DeletedAt == null);
}
