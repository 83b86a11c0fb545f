using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <param name="Keys">The number of API keys.</param>
internal sealed record ProjectFigures(Project Project, StatusCounts Counts, int Keys);

/// <summary>Reads projects with the number of their jobs.</summary>
internal sealed class ProjectCardQueries(IDbContextFactory<DispatchDbContext> contexts)
{
    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<ProjectFigures>> ListAsync(Guid accountId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var projects = await db.Projects.AsNoTracking()
            .Where(p => p.AccountId == accountId && p.DeletedAt == null)
            .OrderBy(p => p.CreatedAt).ThenBy(p => p.Id)
            .Select(p => new { Project = p, Keys = db.ApiKeys.Count(k => k.ProjectId == p.Id) })
            .ToListAsync(cancellation);
        var visibility = new JobVisibility(accountId, new Dictionary<Guid, ProjectRef>(), null, []);
        var counts = await visibility.CountsByProjectAsync(db, cancellation);
        return [.. projects.Select(p => new ProjectFigures(p.Project, counts.GetValueOrDefault(p.Project.Id), p.Keys))];
    }

    /// <summary>Null: the account has no such project.</summary>
    public async Task<ProjectFigures?> FindAsync(Guid accountId, Guid projectId, CancellationToken cancellation) =>
        (await ListAsync(accountId, cancellation)).FirstOrDefault(p => p.Project.Id == projectId);
}
