using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>Reads pages of job lists, newest first.</summary>
internal static class JobPages
{
    /// <summary>A page farther than this from both ends is not merged, because a merge reads every range up to the page.</summary>
    private const int MergedDepth = 2_000;

    /// <summary>
    /// Reads the ids from an index that covers the filter, then the page's rows, so that skipped jobs are never read from the table. A page
    /// in the older half is read from the old end.
    /// </summary>
    /// <param name="ranges">The list in pieces, each a range of an index.</param>
    /// <param name="whole">The same list in one piece.</param>
    /// <param name="total">The length of the list; it may be a moment old.</param>
    public static async Task<IReadOnlyList<JobSummary>> PageAsync(
        this DispatchDbContext db,
        IReadOnlyList<IQueryable<Job>> ranges,
        IQueryable<Job> whole,
        long skip,
        int limit,
        long total,
        CancellationToken cancellation)
    {
        if (skip >= total) return [];

        var count = (int)Math.Min(limit, total - skip);
        var behind = total - skip - count;
        var fromNew = skip <= behind;
        var before = (int)Math.Min(skip, behind);
        if (ranges.Count == 1 || before + count > MergedDepth)
        {
            var ids = Ordered(whole, fromNew).Skip(before).Take(count).Select(j => j.Id);
            return await db.RowsAsync(await ids.ToArrayAsync(cancellation), cancellation);
        }

        var heads = new List<JobSortKey>();
        foreach (var range in ranges)
        {
            var head = Ordered(range, fromNew).Take(before + count).Select(j => new JobSortKey(j.CreatedAt, j.Id));
            heads.AddRange(await head.ToListAsync(cancellation));
        }

        heads.Sort((a, b) => fromNew ? b.CompareTo(a) : a.CompareTo(b));
        return await db.RowsAsync([.. heads.Skip(before).Take(count).Select(job => job.Id)], cancellation);
    }

    private static IQueryable<Job> Ordered(IQueryable<Job> jobs, bool fromNew) =>
        fromNew ? jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id) : jobs.OrderBy(j => j.CreatedAt).ThenBy(j => j.Id);

    /// <summary>Newest first; ids of deleted jobs are left out.</summary>
    public static async Task<IReadOnlyList<JobSummary>> RowsAsync(this DispatchDbContext db, Guid[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0) return [];

        var rows = await db.Jobs.Where(j => ids.Contains(j.Id)).Select(JobSummary.OfRow).ToListAsync(cancellation);
        return [.. rows.OrderByDescending(j => new JobSortKey(j.CreatedAt, j.Id))];
    }
}
