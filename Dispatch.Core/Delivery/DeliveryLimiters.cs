using Dispatch.Fairness;
using Dispatch.Settings;

namespace Dispatch.Delivery;

/// <summary>
/// The two limits that a delivery passes: before its claim and before it is sent. Sending has the limits of the settings. Claims have four
/// times as many, so that the next jobs are claimed while others are sent and no connection waits for an fsync. They are limited at all so
/// that most jobs of a hanging receiver stay SCHEDULED and can be cancelled.
/// </summary>
internal sealed class DeliveryLimiters(DeliveryOptions options)
{
    private const int ClaimsPerPermit = 4;

    public FairLimiter Claims { get; } = Places(options, ClaimsPerPermit);

    public FairLimiter Wire { get; } = Places(options, 1);

    private static FairLimiter Places(DeliveryOptions options, int times) => new(new FairLimits(
        options.MaxConcurrency * times, options.MaxPerAccount * times, options.MaxPerDestination * times, options.MaxPerProject * times));
}
