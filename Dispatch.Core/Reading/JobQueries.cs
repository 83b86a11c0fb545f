using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>The jobs that a caller may see.</summary>
/// <param name="ProjectId">The only visible project, as with an API key; null: every project of the account.</param>
internal readonly record struct JobScope(Guid AccountId, Guid? ProjectId);

/// <summary>A validated filter of a list.</summary>
/// <param name="Page">From 1.</param>
/// <param name="Limit">1 to 100.</param>
internal sealed record JobListFilter(JobStatus? Status, Guid? ProjectId, int Page, int Limit);

internal sealed record ProjectRef(Guid Id, string Name);

/// <param name="Projects">The visible projects, by id.</param>
internal sealed record JobListPage(IReadOnlyList<JobSummary> Jobs, int Total, IReadOnlyDictionary<Guid, ProjectRef> Projects);

/// <summary>A job's project and attempts.</summary>
/// <param name="Attempts">Newest first.</param>
internal sealed record JobHistory(ProjectRef Project, IReadOnlyList<Attempt> Attempts);

/// <summary>Reads jobs for the API and the dashboard. Jobs of deleted projects are not visible.</summary>
internal sealed class JobQueries(IDbContextFactory<DispatchDbContext> contexts)
{
    /// <summary>Newest first. Null: the filter names a project that is not visible.</summary>
    public async Task<JobListPage?> ListAsync(JobScope scope, JobListFilter filter, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await JobVisibility.LoadAsync(db, scope, filter.ProjectId, cancellation) is not { } visibility) return null;

        var counts = await visibility.CountAsync(db, cancellation);
        var total = filter.Status is { } status ? counts.Of(status) : counts.Total;
        var skip = (filter.Page - 1L) * filter.Limit;
        var (ranges, whole) = (visibility.Ranges(db, filter.Status), visibility.Jobs(db, filter.Status));
        var page = await db.PageAsync(ranges, whole, skip, filter.Limit, total, cancellation);
        return new JobListPage(visibility.Visible(page), (int)Math.Min(total, int.MaxValue), visibility.Projects);
    }

    /// <summary>Null: no such job is visible.</summary>
    public async Task<(Job Job, JobHistory History)?> FindAsync(JobScope scope, Guid jobId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await db.Jobs.AsNoTracking()
            .Where(j => j.Id == jobId)
            .Join(VisibleProjects(db, scope), j => j.ProjectId, p => p.Id, (job, p) => new { job, project = new ProjectRef(p.Id, p.Name) })
            .Select(f => new
            {
                f.job,
                f.project,
                bigPayload = db.BigPayloads.Where(b => b.JobId == f.job.Id).Select(b => b.Bytes).FirstOrDefault(),
            })
            .FirstOrDefaultAsync(cancellation);
        if (found is null) return null;
        if (found.bigPayload is { } bytes) found.job.Payload = bytes;

        var attempts = await db.Attempts.AsNoTracking()
            .Where(a => a.JobId == jobId)
            .OrderByDescending(a => a.Number)
            .ToListAsync(cancellation);
        return (found.job, new JobHistory(found.project, attempts));
    }

    private static IQueryable<Project> VisibleProjects(DispatchDbContext db, JobScope scope)
    {
        var projects = db.Projects.Where(p => p.AccountId == scope.AccountId && p.DeletedAt == null);
        return scope.ProjectId is { } only ? projects.Where(p => p.Id == only) : projects;
    }
}
