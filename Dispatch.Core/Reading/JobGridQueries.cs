using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>A validated filter of the jobs grid. Instants are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="Search">Part of a title, URL or id; a whole UUID is tried as an id first. Null or blank: no search.</param>
/// <param name="From">Earliest <c>fireAt</c>, inclusive.</param>
/// <param name="Until">Latest <c>fireAt</c>, exclusive.</param>
/// <param name="Page">From 1.</param>
/// <param name="Limit">1 to 100.</param>
internal sealed record GridFilter(JobStatus? Status, Guid? ProjectId, string? Search, long? From, long? Until, int Page, int Limit)
{
    public long Skip => (Page - 1L) * Limit;
}

/// <summary>A page of the grid.</summary>
/// <param name="Total">The number of matching jobs; a lower bound if <paramref name="TotalIsExact"/> is false.</param>
/// <param name="SearchedSince">How far back a search came in its time; the same call again continues it. Null: it is finished.</param>
/// <param name="Counts">Of the chosen project, or of all; the rest of the filter does not matter.</param>
/// <param name="Projects">The visible projects, by id.</param>
internal sealed record GridPage(
    IReadOnlyList<JobSummary> Jobs,
    long Total,
    bool TotalIsExact,
    long? SearchedSince,
    StatusCounts Counts,
    IReadOnlyDictionary<Guid, ProjectRef> Projects);

/// <summary>Reads the jobs grid. Totals are exact, except for a text search, because no index supports it.</summary>
internal sealed class JobGridQueries(IDbContextFactory<DispatchDbContext> contexts, JobSearch search)
{
    /// <summary>Newest first. Null: the filter names a project that is not visible.</summary>
    public async Task<GridPage?> ReadAsync(Guid accountId, GridFilter filter, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var visibility = await JobVisibility.LoadAsync(db, new JobScope(accountId, null), filter.ProjectId, cancellation);
        if (visibility is null) return null;

        var counts = await visibility.CountAsync(db, cancellation);
        var found = await FindAsync(db, visibility, filter, counts, cancellation);
        return new GridPage(visibility.Visible(found.Jobs), found.Total, found.IsExact, found.SearchedSince, counts, visibility.Projects);
    }

    private async Task<FoundPage> FindAsync(
        DispatchDbContext db, JobVisibility visibility, GridFilter filter, StatusCounts counts, CancellationToken cancellation)
    {
        var jobs = DueWithin(visibility.Jobs(db, filter.Status), filter);
        if (filter.Search?.Trim() is { Length: > 0 } text)
        {
            if (Guid.TryParseExact(text, "D", out var id) && await jobs.AnyAsync(j => j.Id == id, cancellation))
            {
                return new FoundPage(filter.Page == 1 ? await db.RowsAsync([id], cancellation) : [], 1, IsExact: true, SearchedSince: null);
            }

            var terms = new SearchTerms(
                visibility.AccountId, visibility.Only, filter.Status, text.ToLowerInvariant(), filter.From, filter.Until);
            return await search.FindAsync(db, jobs, terms, filter, cancellation);
        }

        IQueryable<Job>[] ranges = [.. visibility.Ranges(db, filter.Status).Select(range => DueWithin(range, filter))];
        var countedTotal = filter.Status is { } status ? counts.Of(status) : counts.Total;
        var total = filter is { From: null, Until: null } ? countedTotal : await CountAsync(ranges, cancellation);
        var page = await db.PageAsync(ranges, jobs, filter.Skip, filter.Limit, total, cancellation);
        return new FoundPage(page, total, IsExact: true, SearchedSince: null);
    }

    // Counting is fast enough, because the indexes end with fireAt.
    private static async Task<long> CountAsync(IQueryable<Job>[] ranges, CancellationToken cancellation)
    {
        var total = 0L;
        foreach (var range in ranges) total += await range.LongCountAsync(cancellation);
        return total;
    }

    private static IQueryable<Job> DueWithin(IQueryable<Job> jobs, GridFilter filter)
    {
        if (filter.From is { } from) jobs = jobs.Where(j => j.FireAt >= from);
        if (filter.Until is { } until) jobs = jobs.Where(j => j.FireAt < until);
        return jobs;
    }
}

internal sealed record FoundPage(IReadOnlyList<JobSummary> Jobs, long Total, bool IsExact, long? SearchedSince);
