using Dispatch.Model;

namespace Dispatch.Counters;

/// <summary>A project's attempts in one hour, added up.</summary>
internal sealed class HourlyTotals
{
    /// <summary>The first column of the histogram: succeeded, failed and died come before it.</summary>
    public const int Histogram = 3;

    private readonly long[] figures = new long[HourlyStats.Columns.Length];

    public long Succeeded => figures[0];

    public long Failed => figures[1];

    public long Died => figures[2];

    /// <summary>In the order of <see cref="HourlyStats.Columns"/>.</summary>
    public IReadOnlyList<long> Figures => figures;

    /// <summary>The start of the hour of that instant, both in milliseconds since the Unix epoch, UTC.</summary>
    public static long HourOf(long ms) => ms - (ms % HourlyStats.Length);

    public void Add(AttemptStatus status, long? latenessMs, bool died)
    {
        if (status == AttemptStatus.Interrupted) return;   // nobody knows whether it was sent
        figures[status == AttemptStatus.Success ? 0 : 1]++;
        if (died) figures[2]++;
        if (latenessMs is { } late) figures[Histogram + BucketOf(late)]++;
    }

    public void Add(IReadOnlyList<long> more)
    {
        for (var at = 0; at < figures.Length; at++) figures[at] += more[at];
    }

    /// <summary>The upper edge of the bucket that the share (0 to 1) of the attempts reaches; null if there are none.</summary>
    public long? LatenessMs(double share)
    {
        var buckets = figures.AsSpan(Histogram);
        var all = 0L;
        foreach (var count in buckets) all += count;
        if (all == 0) return null;

        var rank = (long)Math.Ceiling(share * all);
        var at = 0;
        for (var seen = buckets[0]; seen < rank; seen += buckets[at]) at++;
        return HourlyStats.LateEdges[at];
    }

    /// <summary>The place of that lateness in <see cref="HourlyStats.LateEdges"/>.</summary>
    public static int BucketOf(long late)
    {
        var at = Array.BinarySearch(HourlyStats.LateEdges, late);
        return Math.Min(at < 0 ? ~at : at, HourlyStats.LateEdges.Length - 1);
    }
}
