using System.Buffers;
using System.Diagnostics;
using System.Text;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>
/// Finds a text in titles, URLs and ids. No index helps, so it reads rows in chunks, newest first, until the page is full or
/// <see cref="Budget"/> is spent. <see cref="SearchCursors"/> keep the matches, so the next call continues from there.
/// </summary>
internal sealed class JobSearch(TimeProvider clock)
{
    /// <summary>The time for one call.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(180);

    /// <summary>A search stops after so many matches, because the text is too common to page through.</summary>
    public const int MaxFound = 10_000;

    private const int FirstChunk = 1_000;
    private const int LargestChunk = 32_000;

    /// <summary>Chunks grow until one takes this long. The client of a longer one may be gone, and others wait.</summary>
    private static readonly TimeSpan ShortChunk = TimeSpan.FromMilliseconds(15);

    /// <summary>How far a search for new jobs goes back, ms, because <c>createdAt</c> is earlier than the commit.</summary>
    private const long Overlap = 5_000;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789abcdef-");

    private readonly SearchCursors cursors = new(clock);

    /// <param name="jobs">The rows to search, a range of an index.</param>
    public async Task<FoundPage> FindAsync(
        DispatchDbContext db, IQueryable<Job> jobs, SearchTerms terms, GridFilter filter, CancellationToken cancellation)
    {
        var cursor = cursors.Take(terms);
        await cursor.Gate.WaitAsync(cancellation);
        try
        {
            var wanted = Math.Min(filter.Skip + filter.Limit, MaxFound);
            var isNew = cursor.Reached == long.MaxValue;
            var newerBudget = isNew ? TimeSpan.Zero : Budget / 2;   // otherwise a stream of new jobs would leave no time for older ones
            var newerStarted = clock.GetTimestamp();
            bool HasTimeForNewer() => clock.GetElapsedTime(newerStarted) < newerBudget;
            if (!isNew) await SearchNewerAsync(cursor, jobs, terms.Text, HasTimeForNewer, cancellation);

            var olderStarted = clock.GetTimestamp();
            bool HasTimeForOlder() => clock.GetElapsedTime(olderStarted) < Budget - newerBudget && cursor.Found.Count <= wanted;
            if (cursor.Found.Count <= wanted) await SearchOlderAsync(cursor, jobs, terms.Text, HasTimeForOlder, cancellation);

            var ids = filter.Skip >= cursor.Found.Count
                ? []
                : cursor.Found.Skip((int)filter.Skip).Take(filter.Limit).Select(f => f.Id).ToArray();
            var rows = await db.RowsAsync(ids, cancellation);
            // The status or the time may have changed since the match; the other fields never change.
            rows = [.. rows.Where(row => IsWithin(row, filter))];
            long? searchedSince = cursor.IsComplete || cursor.Found.Count > wanted ? null : cursor.Reached;
            return new FoundPage(rows, cursor.Found.Count, cursor.IsComplete, searchedSince);
        }
        finally
        {
            cursor.Gate.Release();
        }
    }

    private async Task SearchNewerAsync(
        SearchCursor cursor, IQueryable<Job> jobs, string text, Func<bool> hasTime, CancellationToken cancellation)
    {
        var (now, edge) = (clock.NowMs(), cursor.Newest - Overlap);
        if (cursor.Reached > edge) return;   // the search for older jobs will read these as well

        var fresh = new SearchCursor(now);
        await SearchOlderAsync(fresh, jobs.Where(j => j.CreatedAt > edge), text, hasTime, cancellation);
        if (fresh.IsComplete) cursor.ReplaceNewer(edge, fresh);
        else cursor.Reset(fresh);   // too many new jobs for the time: continue from them, so that none is left out
    }

    private static async Task SearchOlderAsync(
        SearchCursor cursor, IQueryable<Job> jobs, string text, Func<bool> hasTime, CancellationToken cancellation)
    {
        var chunk = FirstChunk;
        while (!cursor.IsComplete)
        {
            var begun = Stopwatch.GetTimestamp();
            var (reached, size) = (cursor.Reached, chunk);
            var left = jobs.Where(j => j.CreatedAt < reached);
            // A chunk includes all jobs of its last millisecond, so that the next chunk needs no comparison of ids.
            var end = await left.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id)
                .Skip(size - 1).Select(j => (long?)j.CreatedAt).FirstOrDefaultAsync(cancellation);
            if (end is { } last) left = left.Where(j => j.CreatedAt >= last);

            cursor.Add(await MatchAsync(left, text, cancellation), end);
            // A call searches at least one chunk, because it would otherwise make no progress when its time is over.
            if (!hasTime()) return;
            if (Stopwatch.GetElapsedTime(begun) < ShortChunk) chunk = Math.Min(chunk * 2, LargestChunk);
        }
    }

    private static async Task<IReadOnlyList<JobSortKey>> MatchAsync(IQueryable<Job> jobs, string text, CancellationToken cancellation)
    {
        if (text.Contains('\0')) return [];   // no stored text contains NUL, and PostgreSQL rejects it in a parameter
        var newestFirst = jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id);
        if (!Ascii.IsValid(text))
        {
            // SQLite's lower() changes ASCII letters only, so the database looks for a part that has no others.
            var part = PatternOf(LongestAsciiPart(text));
            var texts = await newestFirst
                .Where(j => EF.Functions.Like(j.Title.ToLower(), part, "\\") || EF.Functions.Like(j.WebhookUrl.ToLower(), part, "\\"))
                .Select(j => new { j.CreatedAt, j.Id, j.Title, j.WebhookUrl })
                .ToListAsync(cancellation);
            return
            [
                .. texts.Where(j => Contains(j.Title, text) || Contains(j.WebhookUrl, text))
                    .Select(j => new JobSortKey(j.CreatedAt, j.Id)),
            ];
        }

        var pattern = PatternOf(text);
        if (text.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            return await newestFirst
                .Where(j => EF.Functions.Like(j.Title.ToLower(), pattern, "\\") || EF.Functions.Like(j.WebhookUrl.ToLower(), pattern, "\\"))
                .Select(j => new JobSortKey(j.CreatedAt, j.Id))
                .ToListAsync(cancellation);
        }

        // The text may be part of an id. Each database stores ids in its own form, so the written form is compared here.
        var rows = await newestFirst
            .Select(j => new
            {
                j.CreatedAt,
                j.Id,
                IsHit = EF.Functions.Like(j.Title.ToLower(), pattern, "\\") || EF.Functions.Like(j.WebhookUrl.ToLower(), pattern, "\\"),
            })
            .ToListAsync(cancellation);
        return
        [
            .. rows.Where(j => j.IsHit || j.Id.ToString().Contains(text, StringComparison.Ordinal))
                .Select(j => new JobSortKey(j.CreatedAt, j.Id)),
        ];
    }

    // SQL Server takes [ as a wildcard too.
    private static string PatternOf(string text) =>
        $"%{text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_").Replace("[", "\\[")}%";

    private static string LongestAsciiPart(string text) => string
        .Concat(text.Select(character => char.IsAscii(character) ? character : '\0'))
        .Split('\0')
        .MaxBy(part => part.Length)!;

    private static bool IsWithin(JobSummary row, GridFilter filter) =>
        (filter.Status is null || row.Status == filter.Status)
        && (filter.From is null || row.FireAt >= filter.From)
        && (filter.Until is null || row.FireAt < filter.Until);

    private static bool Contains(string value, string text) => value.Contains(text, StringComparison.OrdinalIgnoreCase);
}
