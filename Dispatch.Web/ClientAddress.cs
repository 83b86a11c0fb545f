using System.Net;
using System.Net.Sockets;

namespace Dispatch.Web;

/// <summary>What counts as one client where each gets a share.</summary>
internal static class ClientAddress
{
    /// <summary>The address; of IPv6 its /64, because whoever has one such address usually has the whole network.</summary>
    public static string Network(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        return new IPNetwork(new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0]), 64).ToString();
    }
}
