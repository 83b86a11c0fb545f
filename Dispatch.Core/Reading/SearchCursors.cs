using Dispatch.Model;
using Dispatch.Time;

namespace Dispatch.Reading;

/// <summary>A search: whose jobs, and what for.</summary>
/// <param name="Text">In lower case.</param>
internal sealed record SearchTerms(Guid AccountId, Guid? ProjectId, JobStatus? Status, string Text, long? From, long? Until);

/// <summary>How far a search came. Used by one call at a time (<see cref="Gate"/>).</summary>
internal sealed class SearchCursor(long begunAt)
{
    private readonly List<JobSortKey> found = [];

    public SemaphoreSlim Gate { get; } = new(1);

    public long BegunAt { get; } = begunAt;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<JobSortKey> Found => found;

    /// <summary>When it was last looked for new jobs.</summary>
    public long Newest { get; private set; } = begunAt;

    /// <summary>Every job created at or after this was looked at.</summary>
    public long Reached { get; private set; } = long.MaxValue;

    public bool IsComplete { get; private set; }

    /// <summary>The next chunk towards older jobs.</summary>
    /// <param name="end">The instant it ended with; null: there are no older jobs.</param>
    public void Add(IReadOnlyList<JobSortKey> more, long? end)
    {
        found.AddRange(more);
        Reached = end ?? long.MinValue;
        IsComplete = end is null;
    }

    /// <summary>Everything after the instant was looked at again.</summary>
    public void Renew(long edge, SearchCursor fresh)
    {
        found.RemoveAll(job => job.CreatedAt > edge);
        found.InsertRange(0, fresh.found);
        Newest = fresh.Newest;
    }

    public void StartOver(SearchCursor fresh)
    {
        found.Clear();
        found.AddRange(fresh.found);
        (Newest, Reached, IsComplete) = (fresh.Newest, fresh.Reached, false);
    }
}

/// <summary>The searches that are under way, a few: an id and an instant for each job that was found.</summary>
internal sealed class SearchCursors(TimeProvider clock)
{
    private const int Limit = 16;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    /// <summary>A status changes, and then jobs match that a cursor has passed.</summary>
    private static readonly TimeSpan KeptWithStatus = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Dictionary<SearchTerms, (SearchCursor Cursor, long UsedAt)> cursors = [];

    public SearchCursor Take(SearchTerms what)
    {
        lock (gate)
        {
            var now = clock.NowMs();
            var cursor = cursors.TryGetValue(what, out var known) && now - known.Cursor.BegunAt <= (what.Status is null ? Kept : KeptWithStatus).TotalMilliseconds
                ? known.Cursor
                : new SearchCursor(now);
            if (!cursors.ContainsKey(what) && cursors.Count >= Limit) cursors.Remove(cursors.MinBy(t => t.Value.UsedAt).Key);
            cursors[what] = (cursor, now);
            return cursor;
        }
    }
}
