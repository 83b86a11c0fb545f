using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Delivery;

/// <summary>The step that follows an attempt.</summary>
internal abstract record NextStep(Transition Transition)
{
    public sealed record Deliver() : NextStep(Transition.Deliver);

    /// <param name="DueAtMs">When the next attempt is due, milliseconds since the Unix epoch, UTC.</param>
    public sealed record Retry(long DueAtMs) : NextStep(Transition.Retry);

    public sealed record Exhaust() : NextStep(Transition.Exhaust);
}

/// <summary>Decides after each attempt whether and when the next one comes.</summary>
internal sealed class RetryLadder(DeliveryOptions options)
{
    private static readonly NextStep Delivered = new NextStep.Deliver();
    private static readonly NextStep Exhausted = new NextStep.Exhaust();

    // Rounded up, so that a rung with a fraction of a millisecond does not make a retry early.
    private readonly long[] delaysMs = [.. options.RetryLadder.Select(delay => (long)Math.Ceiling(delay.TotalMilliseconds))];

    /// <param name="retryCount">Failed attempts before this one.</param>
    /// <param name="endedAtMs">When this one ended, milliseconds since the Unix epoch, UTC. The delay counts from here.</param>
    public NextStep After(bool succeeded, int retryCount, long endedAtMs)
    {
        if (succeeded) return Delivered;
        if (retryCount + 1 >= options.MaxAttempts) return Exhausted;   // >=, because the setting may have been lowered since
        return new NextStep.Retry(endedAtMs + delaysMs[Math.Min(retryCount, delaysMs.Length - 1)]);
    }
}
