using Dispatch.Delivery.Targets;
using Dispatch.Fairness;
using Dispatch.Model;
using Dispatch.Settings;
using Microsoft.Extensions.Logging;

namespace Dispatch.Delivery;

/// <summary>
/// The limits that a delivery passes, in this order: its claim, the bytes of a big payload, a place on the wire. Sending has the limits of
/// the settings, or fewer places where the process may not have enough descriptors. Claims have four times as many, so that the next jobs
/// are claimed while others are sent and no connection waits for an fsync. They are limited at all so that most jobs of a hanging receiver
/// stay SCHEDULED and can be cancelled.
/// </summary>
/// <remarks>
/// Bytes come before the wire: a job that waits for them would otherwise hold a place that a small job could use. They are given back as
/// soon as the body has left, so that a receiver that takes long to answer holds places and no memory. Whoever holds a place on the wire
/// waits for nothing more of this host, so there is no deadlock.
/// </remarks>
internal sealed class DeliveryLimiters
{
    private const int ClaimsPerPermit = 4;

    /// <summary>Payloads that are read from the database at once; each takes a connection.</summary>
    private const int MaxReads = 8;

    private readonly OwnInbox inboxes;

    public DeliveryLimiters(DeliveryOptions options, Descriptors descriptors, OwnInbox inboxes, ILogger<DeliveryLimiters> log)
    {
        this.inboxes = inboxes;
        var total = descriptors.PlacesFor(options.MaxConcurrency);
        if (total < options.MaxConcurrency) Log.FewDescriptors(log, descriptors.Limit ?? 0, total, options.MaxConcurrency);
        Claims = Places(options, total, ClaimsPerPermit);
        Wire = Places(options, total, 1);
        var bytes = options.MaxBytesInFlight;
        Bytes = new(new FairLimits(bytes, bytes / 2, bytes / 4, bytes / 8 * 3));
    }

    public FairLimiter Claims { get; }

    public FairLimiter Wire { get; }

    /// <summary>
    /// In bytes. A destination may take half of its account's, and a project three quarters, so that another one moves on.
    /// </summary>
    public FairLimiter Bytes { get; }

    public FairLimiter Reads { get; } = new(new FairLimits(MaxReads));

    public Share ShareOf(Alarm alarm) => new(alarm.AccountId, alarm.ProjectId, inboxes.DestinationOf(alarm.Destination));

    private static FairLimiter Places(DeliveryOptions options, int total, int times) => new(new FairLimits(
        total * times, options.MaxPerAccount * times, options.MaxPerDestination * times, options.MaxPerProject * times));
}
