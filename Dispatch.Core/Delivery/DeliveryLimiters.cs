using Dispatch.Fairness;
using Dispatch.Settings;

namespace Dispatch.Delivery;

/// <summary>
/// The two places where a delivery may have to wait for others. On the wire the limits are the settings'. To be claimed they are four times
/// that: while some are on the wire, the commit that claims the next ones is under way, so that the wire is never idle for an fsync; and what
/// waits behind a hanging receiver stays SCHEDULED, and may be cancelled, save for these few.
/// </summary>
internal sealed class DeliveryLimiters(DeliveryOptions options)
{
    private const int ClaimsPerPlace = 4;

    public FairLimiter Claims { get; } = new(new(
        options.MaxConcurrency * ClaimsPerPlace, options.MaxPerDestination * ClaimsPerPlace, options.MaxPerProject * ClaimsPerPlace));

    public FairLimiter Wire { get; } = new(new(options.MaxConcurrency, options.MaxPerDestination, options.MaxPerProject));
}
