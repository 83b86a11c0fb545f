using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>Whose jobs are seen: all of an account's, or one project's.</summary>
/// <param name="ProjectId">The only project in sight, as with an API key; null: every project of the account.</param>
internal readonly record struct JobScope(Guid AccountId, Guid? ProjectId);

/// <summary>What a list asks for, already checked.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Limit">1 to 100.</param>
internal sealed record JobListFilter(JobStatus? Status, Guid? ProjectId, int Page, int Limit);

/// <summary>A project as a job names it.</summary>
internal sealed record ProjectRef(Guid Id, string Name);

/// <summary>One page of a list.</summary>
/// <param name="Projects">The names of the projects in sight, by id.</param>
internal sealed record JobListPage(IReadOnlyList<JobSummary> Jobs, int Total, IReadOnlyDictionary<Guid, ProjectRef> Projects);

/// <summary>What belongs to one job beside its row.</summary>
/// <param name="Attempts">Newest first.</param>
internal sealed record JobHistory(ProjectRef Project, IReadOnlyList<Attempt> Attempts);

/// <summary>Reads jobs for the API and the dashboard. Jobs of deleted projects are not seen.</summary>
internal sealed class JobQueries(IDbContextFactory<DispatchDbContext> contexts)
{
    /// <summary>Newest first. Null: the filter names a project that is not in sight.</summary>
    public async Task<JobListPage?> ListAsync(JobScope scope, JobListFilter filter, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await JobVisibility.LookAsync(db, scope, filter.ProjectId, cancellation) is not { } sight) return null;

        var counts = await sight.CountAsync(db, cancellation);
        var total = filter.Status is { } status ? counts.Of(status) : counts.Total;
        var skip = (filter.Page - 1L) * filter.Limit;
        var page = await db.PageAsync(sight.Parts(db, filter.Status), sight.Jobs(db, filter.Status), skip, filter.Limit, total, cancellation);
        return new JobListPage(sight.Visible(page), (int)Math.Min(total, int.MaxValue), sight.Projects);
    }

    /// <summary>Null: no such job in sight.</summary>
    public async Task<(Job Job, JobHistory History)?> FindAsync(JobScope scope, Guid jobId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await db.Jobs.AsNoTracking()
            .Where(j => j.Id == jobId)
            .Join(InSight(db, scope), j => j.ProjectId, p => p.Id, (job, p) => new { job, project = new ProjectRef(p.Id, p.Name) })
            .FirstOrDefaultAsync(cancellation);
        if (found is null) return null;

        var attempts = await db.Attempts.AsNoTracking()
            .Where(a => a.JobId == jobId)
            .OrderByDescending(a => a.Number)
            .ToListAsync(cancellation);
        return (found.job, new JobHistory(found.project, attempts));
    }

    private static IQueryable<Project> InSight(DispatchDbContext db, JobScope scope)
    {
        var projects = db.Projects.Where(p => p.AccountId == scope.AccountId && p.DeletedAt == null);
        return scope.ProjectId is { } only ? projects.Where(p => p.Id == only) : projects;
    }
}
