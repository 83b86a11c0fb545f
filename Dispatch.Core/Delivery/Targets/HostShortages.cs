using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Dispatch.Delivery.Targets;

/// <summary>Recognises failures that are this host's own shortage and not the receiver's fault.</summary>
/// <remarks>
/// No receiver and no network can cause what counts here. The system reports an answer from outside (a refusal, a reset, an ICMP message)
/// with other codes: ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT, EPROTO, EMSGSIZE. These are never a shortage.
/// </remarks>
internal static class HostShortages
{
    // What .NET gives as the HResult of file operations on Linux and macOS.
    private const int ENOMEM = 12;
    private const int ENFILE = 23;
    private const int EMFILE = 24;

    /// <summary>The shortage that made an attempt fail before anything was sent; null if it was none.</summary>
    public static HostShortage? Find(Exception failure) =>
        FindCause(failure) ?? (IsVague(failure) && !CanOpenDescriptor() ? HostShortage.Descriptors : null);

    /// <summary>The shortage that made a connection to the address fail; null if it was none.</summary>
    public static HostShortage? FindAtConnect(SocketException failure, IPEndPoint target) => failure.SocketErrorCode switch
    {
        // Also the error of an address that this host cannot reach at all, such as an IPv6 address where IPv6 is off.
        SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse => HasWayTo(target) ? HostShortage.Ports : null,
        _ => FindCause(failure),
    };

    private static HostShortage? FindCause(Exception? failure) => failure switch
    {
        null => null,
        HostShortageException known => known.Shortage,
        OutOfMemoryException => HostShortage.Memory,   // a thread that cannot be started, too
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => HostShortage.Descriptors,
        SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable } => HostShortage.Memory,
        SocketException { HResult: EMFILE or ENFILE } when !OperatingSystem.IsWindows() => HostShortage.Descriptors,
        SocketException { HResult: ENOMEM } when !OperatingSystem.IsWindows() => HostShortage.Memory,
        IOException { HResult: EMFILE or ENFILE } when !OperatingSystem.IsWindows() => HostShortage.Descriptors,
        IOException { HResult: ENOMEM } when !OperatingSystem.IsWindows() => HostShortage.Memory,
        AggregateException several => several.InnerExceptions.Select(FindCause).FirstOrDefault(shortage => shortage is not null),
        _ => FindCause(failure.InnerException),
    };

    /// <summary>
    /// True if the message may hide a shortage: the system's resolver calls it an unknown error or an unknown name, TLS finds no trusted
    /// certificates in a folder it cannot open, and .NET does not find an assembly.
    /// </summary>
    private static bool IsVague(Exception? failure) => failure switch
    {
        null => false,
        AuthenticationException or FileNotFoundException or FileLoadException or TypeInitializationException => true,
        SocketException socket => socket.SocketErrorCode is SocketError.SocketError or SocketError.HostNotFound or SocketError.NoData
            or SocketError.TryAgain or SocketError.NoRecovery,
        _ => IsVague(failure.InnerException),
    };

    private static bool CanOpenDescriptor()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            return true;
        }
        catch (SocketException failure)
        {
            return FindCause(failure) is null;
        }
    }

    // Connecting a UDP socket sends nothing. It fails if there is no route or no address of this host to come from, and needs no TCP port.
    private static bool HasWayTo(IPEndPoint target)
    {
        try
        {
            using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(target);
            return true;
        }
        catch (SocketException failure)
        {
            return FindCause(failure) is not null;
        }
    }
}
