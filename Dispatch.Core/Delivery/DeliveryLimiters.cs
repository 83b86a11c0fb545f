using Dispatch.Fairness;
using Dispatch.Settings;
using Microsoft.Extensions.Logging;

namespace Dispatch.Delivery;

/// <summary>
/// The two limits that a delivery passes: before its claim and before it is sent. Sending has the limits of the settings, or fewer places
/// where the process may not have enough descriptors. Claims have four times as many, so that the next jobs are claimed while others are
/// sent and no connection waits for an fsync. They are limited at all so that most jobs of a hanging receiver stay SCHEDULED and can be
/// cancelled.
/// </summary>
internal sealed class DeliveryLimiters
{
    private const int ClaimsPerPermit = 4;

    public DeliveryLimiters(DeliveryOptions options, Descriptors descriptors, ILogger<DeliveryLimiters> log)
    {
        var total = descriptors.PlacesFor(options.MaxConcurrency);
        if (total < options.MaxConcurrency) Log.FewDescriptors(log, descriptors.Limit ?? 0, total, options.MaxConcurrency);
        Claims = Places(options, total, ClaimsPerPermit);
        Wire = Places(options, total, 1);
    }

    public FairLimiter Claims { get; }

    public FairLimiter Wire { get; }

    private static FairLimiter Places(DeliveryOptions options, int total, int times) => new(new FairLimits(
        total * times, options.MaxPerAccount * times, options.MaxPerDestination * times, options.MaxPerProject * times));
}
