namespace Dispatch.Settings;

/// <summary><c>Delivery:*</c>: how webhooks are sent.</summary>
internal sealed class DeliveryOptions
{
    /// <summary>The time limit of one attempt: name look-up, connecting, sending, headers and body together. 1 to 120 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts that may fail before the job is DEAD. 1 to 20.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The delay after the first failed attempt, the second, and so on; the last is the ceiling. Each 1 ms to 24 h.</summary>
    public IReadOnlyList<TimeSpan> RetryLadder { get; set; } = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)];

    /// <summary>The largest payload a job may carry, in bytes. 1 KiB to 16 MiB.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>Networks (CIDR) that this installation allows although they are denied by default, such as <c>10.1.0.0/16</c>.</summary>
    public IReadOnlyList<System.Net.IPNetwork> AllowedNetworks { get; set; } = [];

    /// <summary>Name servers to ask instead of the system's, each an address with or without a port (53). At most 8.</summary>
    public IReadOnlyList<System.Net.IPEndPoint> NameServers { get; set; } = [];

    /// <summary>Deliveries on the wire at once, in total. 1 to 100,000.</summary>
    public int MaxConcurrency { get; set; } = 4096;

    /// <summary>
    /// The limit per account, 1 to 100,000. An account never holds more than is free either: one that is alone gets half of
    /// <see cref="MaxConcurrency"/>, so that something is left for the next.
    /// </summary>
    public int MaxPerAccount { get; set; } = 2048;

    /// <summary>
    /// The limit per destination (host and port) of one account, 1 to 100,000. Without it, one hanging receiver blocks the account's
    /// others.
    /// </summary>
    public int MaxPerDestination { get; set; } = 256;

    /// <summary>The limit per project. 1 to 100,000.</summary>
    public int MaxPerProject { get; set; } = 2048;

    /// <summary>
    /// Bytes of bodies in memory at once, from reading a payload until it is on the wire, for payloads of more than 4 KiB. An account gets
    /// at most half. 1 MiB to 1 GiB, and at least four times <see cref="MaxPayloadBytes"/>, so that each payload finds room.
    /// </summary>
    public int MaxBytesInFlight { get; set; } = 64 * 1024 * 1024;
}
