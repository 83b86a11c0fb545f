using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Puts a name's IPv6 addresses before its IPv4 addresses if this machine has a good way to them, and otherwise after them. This is the
/// part of RFC 6724 that decides between the families; within a family the name server's order stays.
/// </summary>
internal static class AddressOrder
{
    public static IPAddress[] Sort(IPAddress[] addresses)
    {
        if (Array.Find(addresses, IsIPv6) is not { } first || Array.TrueForAll(addresses, IsIPv6)) return addresses;

        var isIPv6First = HasWayTo(first);
        return [.. addresses.OrderBy(address => IsIPv6(address) != isIPv6First)];
    }

    private static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6;

    // Connecting a datagram socket sends nothing; it only asks the system for the route and the source address.
    private static bool HasWayTo(IPAddress address)
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(address, ResolvConf.Port);
            var source = ((IPEndPoint)probe.LocalEndPoint!).Address;
            // A private source (fc00::/7) does not reach the internet.
            return source.IsIPv6UniqueLocal == address.IsIPv6UniqueLocal && source.IsIPv6LinkLocal == address.IsIPv6LinkLocal;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
