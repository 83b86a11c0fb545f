using System.Buffers;
using System.Text;
using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Jobs;

/// <summary>
/// Looks for a text in titles, URLs and ids. No index helps, so it reads rows, newest first, in chunks, until the page is full or
/// <see cref="Budget"/> is spent; what it found is remembered (<see cref="SearchTrails"/>), so that the next call goes on from there.
/// </summary>
internal sealed class JobSearch(TimeProvider clock)
{
    /// <summary>About 300,000 rows.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(180);

    /// <summary>A search that has found so many looks no further: the text is too common to page through.</summary>
    public const int Enough = 10_000;

    private const int FirstChunk = 1_000;
    private const int LargestChunk = 32_000;

    /// <summary>A job's <c>createdAt</c> is from before its commit: a look at what is new goes back so far.</summary>
    private const long Overlap = 5_000;

    private static readonly SearchValues<char> PartsOfIds = SearchValues.Create("0123456789abcdef-");

    private readonly SearchTrails trails = new(clock);

    /// <param name="jobs">The rows to look at, a range of an index.</param>
    public async Task<FoundJobs> FindAsync(DispatchDbContext db, IQueryable<Job> jobs, SearchFor what, GridFilter filter, CancellationToken cancellation)
    {
        var trail = trails.Take(what);
        await trail.Door.WaitAsync(cancellation);
        try
        {
            var wanted = Math.Min(filter.Skip + filter.Limit, Enough);
            var isNew = trail.Reached == long.MaxValue;
            var half = isNew ? TimeSpan.Zero : Budget / 2;   // else jobs that keep coming in would leave no time for the older ones
            var started = clock.GetTimestamp();
            if (!isNew) await LookAtNewAsync(trail, jobs, what.Text, () => clock.GetElapsedTime(started) < half, cancellation);
            var turned = clock.GetTimestamp();
            if (trail.Found.Count <= wanted)
            {
                await GoOnAsync(trail, jobs, what.Text, () => clock.GetElapsedTime(turned) < Budget - half && trail.Found.Count <= wanted, cancellation);
            }

            var ids = filter.Skip >= trail.Found.Count ? [] : trail.Found.Skip((int)filter.Skip).Take(filter.Limit).Select(f => f.Id).ToArray();
            var rows = await db.RowsAsync(ids, cancellation);
            // A status may have changed since it was found; all else that is looked for never does.
            rows = [.. rows.Where(row => filter.Status is null || row.Status == filter.Status)];
            return new FoundJobs(rows, trail.Found.Count, trail.IsComplete, trail.IsComplete || trail.Found.Count > wanted ? null : trail.Reached);
        }
        finally
        {
            trail.Door.Release();
        }
    }

    private async Task LookAtNewAsync(SearchTrail trail, IQueryable<Job> jobs, string text, Func<bool> inTime, CancellationToken cancellation)
    {
        var (now, edge) = (clock.NowMs(), trail.Newest - Overlap);
        if (trail.Reached > edge) return;   // the way down has yet to come there

        var fresh = new SearchTrail(now);
        await GoOnAsync(fresh, jobs.Where(j => j.CreatedAt > edge), text, inTime, cancellation);
        if (fresh.IsComplete) trail.Renew(edge, fresh);
        else trail.StartOver(fresh);   // more came in than can be looked at in time
    }

    private static async Task GoOnAsync(SearchTrail trail, IQueryable<Job> jobs, string text, Func<bool> goOn, CancellationToken cancellation)
    {
        // One chunk at least, or a call that finds little time would lead nowhere.
        for (var chunk = FirstChunk; !trail.IsComplete && (chunk == FirstChunk || goOn()); chunk = Math.Min(chunk * 2, LargestChunk))
        {
            var (reached, size) = (trail.Reached, chunk);
            var left = jobs.Where(j => j.CreatedAt < reached);
            // The chunk ends with an instant, so that it needs no comparison of ids; all jobs of that instant are in it.
            var end = await left.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id)
                .Skip(size - 1).Select(j => (long?)j.CreatedAt).FirstOrDefaultAsync(cancellation);
            if (end is { } last) left = left.Where(j => j.CreatedAt >= last);

            trail.Add(await MatchAsync(left, text, cancellation), end);
        }
    }

    private static async Task<IReadOnlyList<FoundJob>> MatchAsync(IQueryable<Job> jobs, string text, CancellationToken cancellation)
    {
        if (text.Contains('\0')) return [];   // no text that is kept has one, and PostgreSQL refuses to be asked for it
        var pattern = $"%{text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_").Replace("[", "\\[")}%";   // [ is a wildcard on SQL Server
        var newestFirst = jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id);
        if (!Ascii.IsValid(text))
        {
            // SQLite's lower() knows the letters of ASCII only.
            var texts = await newestFirst.Select(j => new { j.CreatedAt, j.Id, j.Title, j.WebhookUrl }).ToListAsync(cancellation);
            return [.. texts.Where(j => Has(j.Title, text) || Has(j.WebhookUrl, text)).Select(j => new FoundJob(j.CreatedAt, j.Id))];
        }

        if (text.AsSpan().ContainsAnyExcept(PartsOfIds))
        {
            return await newestFirst
                .Where(j => EF.Functions.Like(j.Title.ToLower(), pattern, "\\") || EF.Functions.Like(j.WebhookUrl.ToLower(), pattern, "\\"))
                .Select(j => new FoundJob(j.CreatedAt, j.Id))
                .ToListAsync(cancellation);
        }

        // It may be a piece of an id, which databases keep in forms of their own: compared here, as it is written.
        var rows = await newestFirst
            .Select(j => new
            {
                j.CreatedAt,
                j.Id,
                IsHit = EF.Functions.Like(j.Title.ToLower(), pattern, "\\") || EF.Functions.Like(j.WebhookUrl.ToLower(), pattern, "\\"),
            })
            .ToListAsync(cancellation);
        return [.. rows.Where(j => j.IsHit || j.Id.ToString().Contains(text, StringComparison.Ordinal)).Select(j => new FoundJob(j.CreatedAt, j.Id))];
    }

    private static bool Has(string where, string text) => where.Contains(text, StringComparison.OrdinalIgnoreCase);
}
