using Dispatch.Delivery.Targets;
using Dispatch.Fairness;
using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Delivery;

/// <summary>
/// The limits that a delivery passes, in this order: its claim, the bytes of a big payload, a place on the wire. Sending has the limits of
/// the settings. Claims have four times as many, so that the next jobs are claimed while others are sent and no connection waits for an
/// fsync. They are limited at all so that most jobs of a hanging receiver stay SCHEDULED and can be cancelled.
/// </summary>
/// <remarks>
/// Bytes come before the wire: a job that waits for them would otherwise hold a place that a small job could use. They are given back as
/// soon as the body has left, so that a receiver that takes long to answer holds places and no memory. Whoever holds a place on the wire
/// waits for nothing more of this host, so there is no deadlock.
/// </remarks>
internal sealed class DeliveryLimiters(DeliveryOptions options, OwnInbox inboxes)
{
    private const int ClaimsPerPermit = 4;

    /// <summary>Payloads that are read from the database at once; each takes a connection.</summary>
    private const int MaxReads = 8;

    public FairLimiter Claims { get; } = Places(options, ClaimsPerPermit);

    public FairLimiter Wire { get; } = Places(options, 1);

    /// <summary>In bytes. A destination may take half of its account's, a project three quarters, so that another one moves on.</summary>
    public FairLimiter Bytes { get; } = new(new FairLimits(
        options.MaxBytesInFlight, options.MaxBytesInFlight / 2, options.MaxBytesInFlight / 4, options.MaxBytesInFlight / 8 * 3));

    public FairLimiter Reads { get; } = new(new FairLimits(MaxReads));

    public Share ShareOf(Alarm alarm) => new(alarm.AccountId, alarm.ProjectId, inboxes.DestinationOf(alarm.Destination));

    private static FairLimiter Places(DeliveryOptions options, int times) => new(new FairLimits(
        options.MaxConcurrency * times, options.MaxPerAccount * times, options.MaxPerDestination * times, options.MaxPerProject * times));
}
