using System.Buffers;
using System.Text;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>
/// Looks for a text in titles, URLs and ids. No index helps, so it reads rows, newest first, in chunks, until the page is full or
/// <see cref="Budget"/> is spent; what it found is remembered (<see cref="SearchCursors"/>), so that the next call goes on from there.
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

    private readonly SearchCursors cursors = new(clock);

    /// <param name="jobs">The rows to look at, a range of an index.</param>
    public async Task<FoundPage> FindAsync(DispatchDbContext db, IQueryable<Job> jobs, SearchTerms what, GridFilter filter, CancellationToken cancellation)
    {
        var cursor = cursors.Take(what);
        await cursor.Gate.WaitAsync(cancellation);
        try
        {
            var wanted = Math.Min(filter.Skip + filter.Limit, Enough);
            var isNew = cursor.Reached == long.MaxValue;
            var half = isNew ? TimeSpan.Zero : Budget / 2;   // else jobs that keep coming in would leave no time for the older ones
            var started = clock.GetTimestamp();
            if (!isNew) await LookAtNewAsync(cursor, jobs, what.Text, () => clock.GetElapsedTime(started) < half, cancellation);
            var turned = clock.GetTimestamp();
            if (cursor.Found.Count <= wanted)
            {
                await GoOnAsync(cursor, jobs, what.Text, () => clock.GetElapsedTime(turned) < Budget - half && cursor.Found.Count <= wanted, cancellation);
            }

            var ids = filter.Skip >= cursor.Found.Count ? [] : cursor.Found.Skip((int)filter.Skip).Take(filter.Limit).Select(f => f.Id).ToArray();
            var rows = await db.RowsAsync(ids, cancellation);
            // A status may have changed since it was found; all else that is looked for never does.
            rows = [.. rows.Where(row => filter.Status is null || row.Status == filter.Status)];
            return new FoundPage(rows, cursor.Found.Count, cursor.IsComplete, cursor.IsComplete || cursor.Found.Count > wanted ? null : cursor.Reached);
        }
        finally
        {
            cursor.Gate.Release();
        }
    }

    private async Task LookAtNewAsync(SearchCursor cursor, IQueryable<Job> jobs, string text, Func<bool> inTime, CancellationToken cancellation)
    {
        var (now, edge) = (clock.NowMs(), cursor.Newest - Overlap);
        if (cursor.Reached > edge) return;   // the way down has yet to come there

        var fresh = new SearchCursor(now);
        await GoOnAsync(fresh, jobs.Where(j => j.CreatedAt > edge), text, inTime, cancellation);
        if (fresh.IsComplete) cursor.Renew(edge, fresh);
        else cursor.StartOver(fresh);   // more came in than can be looked at in time
    }

    private static async Task GoOnAsync(SearchCursor cursor, IQueryable<Job> jobs, string text, Func<bool> goOn, CancellationToken cancellation)
    {
        // One chunk at least, or a call that finds little time would lead nowhere.
        for (var chunk = FirstChunk; !cursor.IsComplete && (chunk == FirstChunk || goOn()); chunk = Math.Min(chunk * 2, LargestChunk))
        {
            var (reached, size) = (cursor.Reached, chunk);
            var left = jobs.Where(j => j.CreatedAt < reached);
            // The chunk ends with an instant, so that it needs no comparison of ids; all jobs of that instant are in it.
            var end = await left.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id)
                .Skip(size - 1).Select(j => (long?)j.CreatedAt).FirstOrDefaultAsync(cancellation);
            if (end is { } last) left = left.Where(j => j.CreatedAt >= last);

            cursor.Add(await MatchAsync(left, text, cancellation), end);
        }
    }

    private static async Task<IReadOnlyList<JobSortKey>> MatchAsync(IQueryable<Job> jobs, string text, CancellationToken cancellation)
    {
        if (text.Contains('\0')) return [];   // no text that is kept has one, and PostgreSQL refuses to be asked for it
        var pattern = $"%{text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_").Replace("[", "\\[")}%";   // [ is a wildcard on SQL Server
        var newestFirst = jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id);
        if (!Ascii.IsValid(text))
        {
            // SQLite's lower() knows the letters of ASCII only.
            var texts = await newestFirst.Select(j => new { j.CreatedAt, j.Id, j.Title, j.WebhookUrl }).ToListAsync(cancellation);
            return [.. texts.Where(j => Has(j.Title, text) || Has(j.WebhookUrl, text)).Select(j => new JobSortKey(j.CreatedAt, j.Id))];
        }

        if (text.AsSpan().ContainsAnyExcept(PartsOfIds))
        {
            return await newestFirst
                .Where(j => EF.Functions.Like(j.Title.ToLower(), pattern, "\\") || EF.Functions.Like(j.WebhookUrl.ToLower(), pattern, "\\"))
                .Select(j => new JobSortKey(j.CreatedAt, j.Id))
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
        return [.. rows.Where(j => j.IsHit || j.Id.ToString().Contains(text, StringComparison.Ordinal)).Select(j => new JobSortKey(j.CreatedAt, j.Id))];
    }

    private static bool Has(string where, string text) => where.Contains(text, StringComparison.OrdinalIgnoreCase);
}
