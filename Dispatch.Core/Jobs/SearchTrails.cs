namespace Dispatch.Jobs;

/// <summary>A search: whose jobs, and what for.</summary>
/// <param name="Text">In lower case.</param>
internal sealed record SearchFor(Guid AccountId, Guid? ProjectId, JobStatus? Status, string Text, long? From, long? Until);

/// <summary>How far a search came. Used by one call at a time (<see cref="Door"/>).</summary>
internal sealed class SearchTrail(long begunAt)
{
    private readonly List<FoundJob> found = [];

    public SemaphoreSlim Door { get; } = new(1);

    public long BegunAt { get; } = begunAt;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<FoundJob> Found => found;

    /// <summary>When it was last looked for new jobs.</summary>
    public long Newest { get; private set; } = begunAt;

    /// <summary>Every job created at or after this was looked at.</summary>
    public long Reached { get; private set; } = long.MaxValue;

    public bool IsComplete { get; private set; }

    /// <summary>The next chunk towards older jobs.</summary>
    /// <param name="end">The instant it ended with; null: there are no older jobs.</param>
    public void Add(IReadOnlyList<FoundJob> more, long? end)
    {
        found.AddRange(more);
        Reached = end ?? long.MinValue;
        IsComplete = end is null;
    }

    /// <summary>Everything after the instant was looked at again.</summary>
    public void Renew(long edge, SearchTrail fresh)
    {
        found.RemoveAll(job => job.CreatedAt > edge);
        found.InsertRange(0, fresh.found);
        Newest = fresh.Newest;
    }

    public void StartOver(SearchTrail fresh)
    {
        found.Clear();
        found.AddRange(fresh.found);
        (Newest, Reached, IsComplete) = (fresh.Newest, fresh.Reached, false);
    }
}

/// <summary>The searches that are under way, a few: an id and an instant for each job that was found.</summary>
internal sealed class SearchTrails(TimeProvider clock)
{
    private const int Limit = 16;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    /// <summary>A status changes, and then jobs match that a trail has passed.</summary>
    private static readonly TimeSpan KeptWithStatus = TimeSpan.FromSeconds(5);

    private readonly Lock door = new();
    private readonly Dictionary<SearchFor, (SearchTrail Trail, long UsedAt)> trails = [];

    public SearchTrail Take(SearchFor what)
    {
        lock (door)
        {
            var now = clock.NowMs();
            var trail = trails.TryGetValue(what, out var known) && now - known.Trail.BegunAt <= (what.Status is null ? Kept : KeptWithStatus).TotalMilliseconds
                ? known.Trail
                : new SearchTrail(now);
            if (!trails.ContainsKey(what) && trails.Count >= Limit) trails.Remove(trails.MinBy(t => t.Value.UsedAt).Key);
            trails[what] = (trail, now);
            return trail;
        }
    }
}
