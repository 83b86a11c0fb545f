using System.Collections.Concurrent;
using Dispatch.Delivery.Http;
using Dispatch.Fairness;

namespace Dispatch.Delivery;

/// <summary>
/// Knows the destinations whose last attempt failed at once, as at a port that refuses. Such attempts only take the processor: with all
/// places of a destination at once they would make everything else in the process wait, and a few of them are as fast.
/// </summary>
internal sealed class QuickFailures
{
    /// <summary>A place at such a destination counts as so many, on the wire.</summary>
    private const int Size = 16;

    /// <summary>A failure that takes longer waits for something, and does not take the processor.</summary>
    private const long AtOnceMs = 20;

    private const int MaxKept = 10_000;

    private readonly ConcurrentDictionary<Share, bool> failing = new();

    /// <summary>How many places a delivery takes.</summary>
    public int SizeOf(Share share) => failing.IsEmpty || !failing.ContainsKey(share) ? 1 : Size;

    public void Note(Share share, AttemptReport report)
    {
        if (report.Outcome is DeliveryOutcome.Broken && report.DurationMs < AtOnceMs)
        {
            if (failing.Count >= MaxKept) failing.Clear();   // then they are found again
            failing[share] = true;
        }
        else if (!failing.IsEmpty)
        {
            failing.TryRemove(share, out _);
        }
    }
}
