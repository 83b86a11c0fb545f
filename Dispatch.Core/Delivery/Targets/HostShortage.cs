namespace Dispatch.Delivery.Targets;

/// <summary>What this host itself lacked when it wanted to connect.</summary>
internal enum HostShortage
{
    /// <summary>Descriptors: the process, or the system, has as many open files and connections as it may have.</summary>
    Descriptors,

    /// <summary>Local ports: each connection to one address and port needs another one.</summary>
    Ports,

    /// <summary>Memory for a thread, a socket or an object.</summary>
    Memory,
}

/// <summary>Carries a shortage that only the connector can tell out of the HTTP handler.</summary>
internal sealed class HostShortageException(HostShortage shortage, Exception cause) : Exception($"The host lacks: {shortage}.", cause)
{
    public HostShortage Shortage { get; } = shortage;
}
