using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>Cuts pages out of lists, newest first.</summary>
internal static class JobPages
{
    /// <summary>How far from either end a page may be that is merged from several lists.</summary>
    private const int MergedDepth = 2_000;

    /// <summary>
    /// One page in two steps: the ids from an index that has all the list is filtered by, then the page's rows. What is skipped is never read
    /// from the table, and a page in the older half is read from the old end.
    /// </summary>
    /// <param name="parts">The list in pieces, each a range of an index.</param>
    /// <param name="whole">The list in one.</param>
    /// <param name="total">Jobs in the list; may be a moment old.</param>
    public static async Task<IReadOnlyList<JobSummary>> PageAsync(
        this DispatchDbContext db, IReadOnlyList<IQueryable<Job>> parts, IQueryable<Job> whole, long skip, int limit, long total, CancellationToken cancellation)
    {
        if (skip >= total) return [];

        var count = (int)Math.Min(limit, total - skip);
        var behind = total - skip - count;
        var fromNew = skip <= behind;
        var before = (int)Math.Min(skip, behind);
        if (parts.Count == 1 || before + count > MergedDepth)
        {
            var ids = Ordered(whole, fromNew).Skip(before).Take(count).Select(j => j.Id);
            return await db.RowsAsync(await ids.ToArrayAsync(cancellation), cancellation);
        }

        var heads = new List<JobSortKey>();
        foreach (var part in parts)
        {
            heads.AddRange(await Ordered(part, fromNew).Take(before + count).Select(j => new JobSortKey(j.CreatedAt, j.Id)).ToListAsync(cancellation));
        }

        heads.Sort((a, b) => fromNew ? b.CompareTo(a) : a.CompareTo(b));
        return await db.RowsAsync([.. heads.Skip(before).Take(count).Select(job => job.Id)], cancellation);
    }

    private static IQueryable<Job> Ordered(IQueryable<Job> jobs, bool fromNew) =>
        fromNew ? jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id) : jobs.OrderBy(j => j.CreatedAt).ThenBy(j => j.Id);

    /// <summary>These jobs, newest first; without those that are gone.</summary>
    public static async Task<IReadOnlyList<JobSummary>> RowsAsync(this DispatchDbContext db, Guid[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0) return [];

        var rows = await db.Jobs.Where(j => ids.Contains(j.Id))
            .Select(JobSummary.OfRow).ToListAsync(cancellation);
        return [.. rows.OrderByDescending(j => new JobSortKey(j.CreatedAt, j.Id))];
    }
}
