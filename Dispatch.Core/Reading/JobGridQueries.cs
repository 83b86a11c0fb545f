using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>What the jobs grid asks for, already checked. Instants are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="Search">Looked for in title, URL and id; a whole UUID is looked for as an id first. Null or blank: not.</param>
/// <param name="From">Only jobs whose <c>fireAt</c> is at or after this.</param>
/// <param name="Until">Only jobs whose <c>fireAt</c> is before this.</param>
/// <param name="Page">From 1.</param>
/// <param name="Limit">1 to 100.</param>
internal sealed record GridFilter(JobStatus? Status, Guid? ProjectId, string? Search, long? From, long? Until, int Page, int Limit)
{
    public long Skip => (Page - 1L) * Limit;
}

/// <summary>A page of the grid.</summary>
/// <param name="Total">Jobs that match; with <paramref name="TotalIsExact"/> false, at least so many.</param>
/// <param name="SearchedSince">Where a search that ran out of time stands: asked again, it goes on from there. Null: it looked at all it had to.</param>
/// <param name="Counts">Of the chosen project, or of all, whatever else the filter says.</param>
/// <param name="Projects">The names of the projects in sight, by id.</param>
internal sealed record GridPage(
    IReadOnlyList<JobSummary> Jobs, long Total, bool TotalIsExact, long? SearchedSince, StatusCounts Counts, IReadOnlyDictionary<Guid, ProjectRef> Projects);

/// <summary>Reads the jobs grid. Totals are exact but for a text search, which no index helps.</summary>
internal sealed class JobGridQueries(IDbContextFactory<DispatchDbContext> contexts, JobSearch search)
{
    /// <summary>Newest first. Null: the filter names a project that is not in sight.</summary>
    public async Task<GridPage?> ReadAsync(Guid accountId, GridFilter filter, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await JobVisibility.LookAsync(db, new JobScope(accountId, null), filter.ProjectId, cancellation) is not { } sight) return null;

        var counts = await sight.CountAsync(db, cancellation);
        var found = await FindAsync(db, sight, filter, counts, cancellation);
        return new GridPage(sight.Visible(found.Jobs), found.Total, found.IsExact, found.SearchedSince, counts, sight.Projects);
    }

    private async Task<FoundPage> FindAsync(DispatchDbContext db, JobVisibility sight, GridFilter filter, StatusCounts counts, CancellationToken cancellation)
    {
        var jobs = DueWithin(sight.Jobs(db, filter.Status), filter);
        if (filter.Search?.Trim() is { Length: > 0 } text)
        {
            if (Guid.TryParseExact(text, "D", out var id) && await jobs.AnyAsync(j => j.Id == id, cancellation))
            {
                return new FoundPage(filter.Page == 1 ? await db.RowsAsync([id], cancellation) : [], 1, IsExact: true, SearchedSince: null);
            }

            var what = new SearchTerms(sight.AccountId, sight.Only, filter.Status, text.ToLowerInvariant(), filter.From, filter.Until);
            return await search.FindAsync(db, jobs, what, filter, cancellation);
        }

        IQueryable<Job>[] parts = [.. sight.Parts(db, filter.Status).Select(part => DueWithin(part, filter))];
        var total = filter is { From: null, Until: null } ? filter.Status is { } status ? counts.Of(status) : counts.Total : await CountAsync(parts, cancellation);
        return new FoundPage(await db.PageAsync(parts, jobs, filter.Skip, filter.Limit, total, cancellation), total, IsExact: true, SearchedSince: null);
    }

    // A range is counted: the indexes end with fireAt, and a million entries take 60 ms.
    private static async Task<long> CountAsync(IQueryable<Job>[] parts, CancellationToken cancellation)
    {
        var total = 0L;
        foreach (var part in parts) total += await part.LongCountAsync(cancellation);
        return total;
    }

    private static IQueryable<Job> DueWithin(IQueryable<Job> jobs, GridFilter filter)
    {
        if (filter.From is { } from) jobs = jobs.Where(j => j.FireAt >= from);
        if (filter.Until is { } until) jobs = jobs.Where(j => j.FireAt < until);
        return jobs;
    }
}

/// <summary>What a filter found.</summary>
internal sealed record FoundPage(IReadOnlyList<JobSummary> Jobs, long Total, bool IsExact, long? SearchedSince);
