using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>What a caller may see: the projects that are there, and of them perhaps only one. Jobs of deleted projects are not seen.</summary>
/// <param name="Projects">By id.</param>
/// <param name="Only">The only project that counts; null: all of them.</param>
/// <param name="Deleted">Projects of the account whose jobs are still being purged.</param>
internal sealed record JobVisibility(Guid AccountId, IReadOnlyDictionary<Guid, ProjectRef> Projects, Guid? Only, Guid[] Deleted)
{
    private const int MostParts = 32;

    /// <summary>Null: the project that is asked for is not in sight.</summary>
    public static async Task<JobVisibility?> LookAsync(DispatchDbContext db, JobScope scope, Guid? asked, CancellationToken cancellation)
    {
        var projects = await db.Projects.Where(p => p.AccountId == scope.AccountId).Select(p => new { p.Id, p.Name, p.DeletedAt }).ToListAsync(cancellation);
        var visible = projects
            .Where(p => p.DeletedAt is null && (scope.ProjectId is null || p.Id == scope.ProjectId))
            .ToDictionary(p => p.Id, p => new ProjectRef(p.Id, p.Name));
        if (asked is { } one && !visible.ContainsKey(one)) return null;
        // An account with one project is that project, which has the better indexes.
        var only = asked ?? scope.ProjectId ?? (visible.Count == 1 ? visible.Keys.Single() : null);
        return new JobVisibility(scope.AccountId, visible, only, [.. projects.Where(p => p.DeletedAt is not null).Select(p => p.Id)]);
    }

    /// <summary>The jobs, as one range of one index.</summary>
    public IQueryable<Job> Jobs(DispatchDbContext db, JobStatus? status)
    {
        var (accountId, deleted) = (AccountId, Deleted);
        var jobs = Only is { } only ? db.Jobs.Where(j => j.ProjectId == only) : db.Jobs.Where(j => j.AccountId == accountId);
        if (Only is null && deleted.Length > 0) jobs = jobs.Where(j => !deleted.Contains(j.ProjectId));
        if (status is not { } wanted) return jobs;

        if (Only is not null || wanted is not (JobStatus.Failed or JobStatus.Dead or JobStatus.Cancelled)) return jobs.Where(j => j.Status == wanted);
        // As a constant, for SQL Server takes a condition on a parameter for one on any status. Then a second time as the condition of the index
        // that has just these: only so, and in this order, SQLite uses it.
        return jobs.Where(j => j.Status == EF.Constant(wanted)).Where(j => j.Status == JobStatus.Failed || j.Status == JobStatus.Dead || j.Status == JobStatus.Cancelled);
    }

    /// <summary>
    /// The same jobs in pieces that an index has in order. Only projects have one with every status; an account with many projects is read whole.
    /// </summary>
    public IReadOnlyList<IQueryable<Job>> Parts(DispatchDbContext db, JobStatus? status) =>
        Only is null && Projects.Count <= MostParts && status is (JobStatus.Scheduled or JobStatus.Firing or JobStatus.Success)
            ? [.. Projects.Keys.Select(project => (this with { Only = project }).Jobs(db, status))]
            : [Jobs(db, status)];

    /// <summary>Without those of a project that came or went since the look.</summary>
    public IReadOnlyList<JobSummary> Visible(IReadOnlyList<JobSummary> jobs) =>
        jobs.All(job => Projects.ContainsKey(job.ProjectId)) ? jobs : [.. jobs.Where(job => Projects.ContainsKey(job.ProjectId))];

    /// <summary>How many jobs stand where, from the counters.</summary>
    public async Task<StatusCounts> CountAsync(DispatchDbContext db, CancellationToken cancellation)
    {
        var tallies = await CountsByProjectAsync(db, cancellation);
        return tallies.Where(t => Projects.ContainsKey(t.Key) && (Only is null || t.Key == Only)).Aggregate(default(StatusCounts), (sum, t) => sum + t.Value);
    }

    /// <summary>The counters of every project of the account, deleted ones included.</summary>
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
                Sum = new StatusCounts(g.Sum(t => t.Scheduled), g.Sum(t => t.Firing), g.Sum(t => t.Success), g.Sum(t => t.Failed), g.Sum(t => t.Dead), g.Sum(t => t.Cancelled)),
            })
            .ToListAsync(cancellation);
        return rows.ToDictionary(row => row.Key, row => row.Sum);
    }
}
