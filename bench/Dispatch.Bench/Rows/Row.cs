using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>A bound that a figure of Dispatch is to keep, from the row's goal.</summary>
internal sealed record Bound(string Figure, double? AtMost = null, double? AtLeast = null);

/// <summary>The figure by which contestants are compared.</summary>
internal sealed record Lead(string Figure, bool MoreIsBetter);

/// <summary>One row of the table: what is done, and with whom.</summary>
/// <param name="How">In words, for the table.</param>
/// <param name="Goal">In words.</param>
/// <param name="Lead">Null: Dispatch alone does this row.</param>
internal sealed record Row(string Name, string How, string Goal, Bound[] Bounds, Lead? Lead, Func<Contestant, Task<Figures>> MeasureAsync)
{
    /// <summary>Bare programs that show what the machine could do at all; each gives <see cref="Lead"/>'s figure.</summary>
    public IReadOnlyDictionary<string, Func<Task<Figures>>> Limits { get; init; } = new Dictionary<string, Func<Task<Figures>>>();

    /// <summary>The share of a limit's <see cref="Lead"/> figure that Dispatch is to reach at least; null: none.</summary>
    public (string Limit, double Share)? LeastOfLimit { get; init; }

    /// <summary>
    /// All contestants stand at the same time, and each is measured for itself: what they do disturbs nobody, and one after the other would
    /// take long.
    /// </summary>
    public bool SideBySide { get; init; }

    /// <summary>The row whose runs gave the figures; null: this one's own.</summary>
    public string? ReadOff { get; init; }

    /// <summary>So many jobs are in the store first.</summary>
    public int Seeded { get; init; }

    /// <summary>On SQLite alone: because of the time it takes, or because the store is not part of it.</summary>
    public bool OnSqliteOnly { get; init; }

    /// <summary>SQLite has nothing like it.</summary>
    public bool OnPostgresOnly { get; init; }

    /// <summary>Dispatch for this row: whether on PostgreSQL, and the filled store to begin with.</summary>
    public Func<bool, Seed?, DispatchHosts> CreateHosts { get; init; } = (onPostgres, seed) => new DispatchHosts(onPostgres, seed: seed);
}

/// <summary>What one run measured, by name with the unit: "p99 ms".</summary>
internal sealed class Figures : Dictionary<string, double>
{
    public Figures AddCounts(Arrivals arrivals, int expected)
    {
        this["lost"] = expected - arrivals.Unique;
        this["duplicate"] = arrivals.Duplicates;
        this["early"] = arrivals.Early;
        return this;
    }

    /// <summary>Of some measured times in ms.</summary>
    public Figures AddTimes(string prefix, IEnumerable<double> ms)
    {
        var sorted = ms.Order().ToArray();
        this[$"{prefix}p50 ms"] = sorted[sorted.Length / 2];
        this[$"{prefix}p99 ms"] = sorted[(int)(sorted.Length * 0.99)];
        this[$"{prefix}max ms"] = sorted[^1];
        return this;
    }

    /// <summary>Nothing where nothing has arrived.</summary>
    public Figures AddLateness(Arrivals arrivals)
    {
        if (arrivals.Unique == 0) return this;
        (this["p50 ms"], this["p90 ms"], this["p99 ms"], this["p99.9 ms"], this["max ms"]) =
            (arrivals.P50, arrivals.P90, arrivals.P99, arrivals.P999, arrivals.Max);
        return this;
    }
}
