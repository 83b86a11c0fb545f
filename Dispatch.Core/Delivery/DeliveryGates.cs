namespace Dispatch.Delivery;

/// <summary>How many deliveries may be inside at once.</summary>
internal sealed record FairnessLimits(int Total, int PerDestination, int PerProject);

/// <summary>
/// The two places where a delivery may have to wait for others. On the wire the limits are the settings'. To be claimed they are four times
/// that: while some are on the wire, the commit that claims the next ones is under way, so that the wire is never idle for an fsync; and what
/// waits behind a hanging receiver stays SCHEDULED, and may be cancelled, save for these few.
/// </summary>
internal sealed class DeliveryGates(DeliveryOptions options)
{
    private const int ClaimsPerPlace = 4;

    public FairnessGate Claims { get; } = new(new(
        options.MaxConcurrency * ClaimsPerPlace, options.MaxPerDestination * ClaimsPerPlace, options.MaxPerProject * ClaimsPerPlace));

    public FairnessGate Wire { get; } = new(new(options.MaxConcurrency, options.MaxPerDestination, options.MaxPerProject));
}
