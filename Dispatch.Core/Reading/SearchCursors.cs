using Dispatch.Model;
using Dispatch.Time;

namespace Dispatch.Reading;

/// <param name="Text">In lower case.</param>
internal sealed record SearchTerms(Guid AccountId, Guid? ProjectId, JobStatus? Status, string Text, long? From, long? Until);

/// <summary>The progress of a search. One call at a time uses it (<see cref="Gate"/>).</summary>
internal sealed class SearchCursor(long begunAt)
{
    private readonly List<JobSortKey> found = [];

    public SemaphoreSlim Gate { get; } = new(1);

    public long BegunAt { get; } = begunAt;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<JobSortKey> Found => found;

    /// <summary>When the last search for new jobs began.</summary>
    public long Newest { get; private set; } = begunAt;

    /// <summary>All jobs created at or after this time were searched.</summary>
    public long Reached { get; private set; } = long.MaxValue;

    public bool IsComplete { get; private set; }

    /// <summary>Adds the matches of the next chunk of older jobs.</summary>
    /// <param name="end">The time of the chunk's oldest job; null: there are no older jobs.</param>
    public void Add(IReadOnlyList<JobSortKey> more, long? end)
    {
        found.AddRange(more);
        Reached = end ?? long.MinValue;
        IsComplete = end is null;
    }

    /// <summary>Replaces the matches after the edge by those of a new search.</summary>
    public void ReplaceNewer(long edge, SearchCursor fresh)
    {
        found.RemoveAll(job => job.CreatedAt > edge);
        found.InsertRange(0, fresh.found);
        Newest = fresh.Newest;
    }

    public void Reset(SearchCursor fresh)
    {
        found.Clear();
        found.AddRange(fresh.found);
        (Newest, Reached, IsComplete) = (fresh.Newest, fresh.Reached, false);
    }
}

/// <summary>Keeps a few unfinished searches, each with an id and a time per match.</summary>
internal sealed class SearchCursors(TimeProvider clock)
{
    private const int Limit = 16;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <summary>Shorter, because a job behind the cursor matches when its status changes, or when it is moved to another time.</summary>
    private static readonly TimeSpan LifetimeOfChanging = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Dictionary<SearchTerms, (SearchCursor Cursor, long UsedAt)> cursors = [];

    public SearchCursor Take(SearchTerms terms)
    {
        lock (gate)
        {
            var now = clock.NowMs();
            var lifetime = terms is { Status: null, From: null, Until: null } ? Lifetime : LifetimeOfChanging;
            var cursor = cursors.TryGetValue(terms, out var known) && now - known.Cursor.BegunAt <= lifetime.TotalMilliseconds
                ? known.Cursor
                : new SearchCursor(now);
            if (!cursors.ContainsKey(terms) && cursors.Count >= Limit) cursors.Remove(cursors.MinBy(c => c.Value.UsedAt).Key);
            cursors[terms] = (cursor, now);
            return cursor;
        }
    }
}
