using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Delivery;

/// <summary>What follows an attempt.</summary>
/// <param name="Transition">The status change that records it.</param>
internal abstract record NextStep(Transition Transition)
{
    /// <summary>Delivered: nothing follows.</summary>
    public sealed record Deliver() : NextStep(Transition.Deliver);

    /// <summary>Failed, and tried again.</summary>
    /// <param name="DueAtMs">When, in milliseconds since the Unix epoch, UTC.</param>
    public sealed record Retry(long DueAtMs) : NextStep(Transition.Retry);

    /// <summary>Failed for the last time.</summary>
    public sealed record Exhaust() : NextStep(Transition.Exhaust);
}

/// <summary>Decides after each attempt whether and when the next one comes.</summary>
internal sealed class RetryLadder(DeliveryOptions options)
{
    private static readonly NextStep Delivered = new NextStep.Deliver();
    private static readonly NextStep Exhausted = new NextStep.Exhaust();

    // Rounded up: a rung of 0.5 ms must not make a retry early.
    private readonly long[] delaysMs = [.. options.RetryLadder.Select(delay => (long)Math.Ceiling(delay.TotalMilliseconds))];

    /// <summary>The step after an attempt.</summary>
    /// <param name="retryCount">Failed attempts before this one.</param>
    /// <param name="endedAtMs">When this one ended, in milliseconds since the Unix epoch, UTC; the delay counts from here.</param>
    public NextStep After(bool succeeded, int retryCount, long endedAtMs)
    {
        if (succeeded) return Delivered;
        if (retryCount + 1 >= options.MaxAttempts) return Exhausted;   // "or more": the number may have been lowered since
        return new NextStep.Retry(endedAtMs + delaysMs[Math.Min(retryCount, delaysMs.Length - 1)]);
    }
}
