using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>The projects whose jobs a caller may see. Jobs of deleted projects are not visible.</summary>
/// <param name="Projects">By id.</param>
/// <param name="Only">The only project to read; null: all of them.</param>
/// <param name="Deleted">Projects of the account whose jobs are still being purged.</param>
internal sealed record JobVisibility(Guid AccountId, IReadOnlyDictionary<Guid, ProjectRef> Projects, Guid? Only, Guid[] Deleted)
{
    private const int MaxRanges = 32;

    /// <summary>Null: the requested project is not visible.</summary>
    public static async Task<JobVisibility?> LoadAsync(
        DispatchDbContext db, JobScope scope, Guid? requested, CancellationToken cancellation)
    {
        var projects = await db.Projects
            .Where(p => p.AccountId == scope.AccountId)
            .Select(p => new { p.Id, p.Name, p.DeletedAt })
            .ToListAsync(cancellation);
        var visible = projects
            .Where(p => p.DeletedAt is null && (scope.ProjectId is null || p.Id == scope.ProjectId))
            .ToDictionary(p => p.Id, p => new ProjectRef(p.Id, p.Name));
        if (requested is { } projectId && !visible.ContainsKey(projectId)) return null;
        // If the account has one project, read that project, because its indexes are better than the account's.
        var only = requested ?? scope.ProjectId ?? (visible.Count == 1 ? visible.Keys.Single() : null);
        return new JobVisibility(scope.AccountId, visible, only, [.. projects.Where(p => p.DeletedAt is not null).Select(p => p.Id)]);
    }

    /// <summary>The visible jobs as one range of one index.</summary>
    public IQueryable<Job> Jobs(DispatchDbContext db, JobStatus? status)
    {
        var (accountId, deleted) = (AccountId, Deleted);
        var jobs = Only is { } only ? db.Jobs.Where(j => j.ProjectId == only) : db.Jobs.Where(j => j.AccountId == accountId);
        if (Only is null && deleted.Length > 0) jobs = jobs.Where(j => !deleted.Contains(j.ProjectId));
        if (status is not { } wanted) return jobs;

        if (Only is not null || wanted is not (JobStatus.Failed or JobStatus.Dead or JobStatus.Cancelled))
        {
            return jobs.Where(j => j.Status == wanted);
        }

        // The status is a constant, because SQL Server does not match a parameter to the condition of a filtered index. SQLite uses that
        // index only if the index's own condition follows, in this order.
        return jobs
            .Where(j => j.Status == EF.Constant(wanted))
            .Where(j => j.Status == JobStatus.Failed || j.Status == JobStatus.Dead || j.Status == JobStatus.Cancelled);
    }

    /// <summary>
    /// The same jobs in ranges that an index has in order: one per project, because only project indexes contain every status. An account
    /// with many projects is one range.
    /// </summary>
    public IReadOnlyList<IQueryable<Job>> Ranges(DispatchDbContext db, JobStatus? status) =>
        Only is null && Projects.Count <= MaxRanges && status is (JobStatus.Scheduled or JobStatus.Firing or JobStatus.Success)
            ? [.. Projects.Keys.Select(project => (this with { Only = project }).Jobs(db, status))]
            : [Jobs(db, status)];

    /// <summary>Leaves out jobs of projects that were created or deleted since the load.</summary>
    public IReadOnlyList<JobSummary> Visible(IReadOnlyList<JobSummary> jobs) =>
        jobs.All(job => Projects.ContainsKey(job.ProjectId)) ? jobs : [.. jobs.Where(job => Projects.ContainsKey(job.ProjectId))];

    /// <summary>Reads the number of visible jobs per status from the counters.</summary>
    public async Task<StatusCounts> CountAsync(DispatchDbContext db, CancellationToken cancellation)
    {
        var counts = await CountsByProjectAsync(db, cancellation);
        return counts
            .Where(project => Projects.ContainsKey(project.Key) && (Only is null || project.Key == Only))
            .Aggregate(default(StatusCounts), (sum, project) => sum + project.Value);
    }

    /// <summary>Includes the account's deleted projects.</summary>
    public async Task<IReadOnlyDictionary<Guid, StatusCounts>> CountsByProjectAsync(DispatchDbContext db, CancellationToken cancellation)
    {
        var accountId = AccountId;
        var rows = await db.Projects
            .Where(p => p.AccountId == accountId)
            .Join(db.ProjectCounters, p => p.Id, t => t.ProjectId, (p, t) => t)
            .GroupBy(t => t.ProjectId)
            .Select(g => new
            {
                g.Key,
                Sum = new StatusCounts(
                    g.Sum(t => t.Scheduled),
                    g.Sum(t => t.Firing),
                    g.Sum(t => t.Success),
                    g.Sum(t => t.Failed),
                    g.Sum(t => t.Dead),
                    g.Sum(t => t.Cancelled)),
            })
            .ToListAsync(cancellation);
        return rows.ToDictionary(row => row.Key, row => row.Sum);
    }
}
