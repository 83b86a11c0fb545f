using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Jobs;

/// <summary>Cuts pages out of lists, newest first.</summary>
internal static class JobPages
{
    /// <summary>
    /// One page in two steps: the ids from an index that has all the list is filtered by, then the page's rows. What is skipped is never read
    /// from the table, and a page in the older half is read from the old end.
    /// </summary>
    /// <param name="total">Jobs in the list; may be a moment old.</param>
    public static async Task<IReadOnlyList<JobSummary>> PageAsync(
        this DispatchDbContext db, IQueryable<Job> jobs, long skip, int limit, long total, CancellationToken cancellation)
    {
        if (skip >= total) return [];

        var count = (int)Math.Min(limit, total - skip);
        var behind = total - skip - count;
        var ids = skip <= behind
            ? jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id).Skip((int)skip)
            : jobs.OrderBy(j => j.CreatedAt).ThenBy(j => j.Id).Skip((int)behind);
        return await db.RowsAsync(await ids.Take(count).Select(j => j.Id).ToArrayAsync(cancellation), cancellation);
    }

    /// <summary>These jobs, newest first; without those that are gone.</summary>
    public static async Task<IReadOnlyList<JobSummary>> RowsAsync(this DispatchDbContext db, Guid[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0) return [];

        var rows = await db.Jobs.Where(j => ids.Contains(j.Id))
            .Select(j => new JobSummary(
                j.Id, j.ProjectId, j.Title, j.WebhookUrl, j.FireAt, j.Status, j.RetryCount, j.NextAttemptAt, j.CreatedAt, j.UpdatedAt, j.Attempt))
            .ToListAsync(cancellation);
        // As the database orders ids: by their bytes as they are written.
        return [.. rows.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id.ToString(), StringComparer.Ordinal)];
    }
}
