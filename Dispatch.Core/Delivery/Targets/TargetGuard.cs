using System.Net;
using Dispatch.Settings;

namespace Dispatch.Delivery.Targets;

/// <summary>
/// Decides where a webhook may go, so that nobody reaches the internal network through Dispatch (SSRF). It checks a job's URL when the job
/// is posted, without DNS, and the name's addresses at each connection.
/// </summary>
/// <param name="openLoopback">True in Development, because developers have receivers on their own machine.</param>
internal sealed class TargetGuard(DeliveryOptions options, bool openLoopback)
{
    /// <summary>The error of a refused attempt. It hides the address, which could describe an internal network.</summary>
    public const string NotAllowed = "destination not allowed";

    private const string DeniedAddress = NotAllowed + ": a private, loopback or reserved address";

    private const string DeniedName = NotAllowed + ": a local name";

    private const string InvalidName = NotAllowed + ": not a valid host name";

    // IANA's special-purpose registries (RFC 6890 and successors), multicast, and a cloud provider's address (168.63.129.16).
    // Networks that embed an IPv4 address (::/96, NAT64, 6to4, Teredo) are denied, because they could embed a private one.
    private static readonly IPNetwork[] Denied =
    [
        .. """
           0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
           192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
           224.0.0.0/4 240.0.0.0/4
           ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16
           2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
           """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(network => IPNetwork.Parse(network)),
    ];

    private readonly IPNetwork[] allowed =
    [
        .. options.AllowedNetworks,
        .. openLoopback ? [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] : Array.Empty<IPNetwork>(),
    ];

    /// <summary>True if deliveries may connect to the address. An IPv4-mapped IPv6 address counts as its IPv4 address.</summary>
    public bool IsAllowed(IPAddress address)
    {
        var judged = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Contains(Denied, judged) || Contains(allowed, judged);
    }

    /// <summary>
    /// Why a job for the URL is refused when it is posted, for a person; null if it is not. Checks literal addresses and local names only,
    /// because a public name's addresses may change before the connection.
    /// </summary>
    /// <param name="url">An absolute URL.</param>
    public string? WhyDenied(Uri url)
    {
        if (ReadHost(url) is not { } host) return InvalidName;
        if (TryReadLiteral(host, out var address)) return IsAllowed(address) ? null : DeniedAddress;
        if (IsLocalhost(host)) return IsAllowed(IPAddress.Loopback) || IsAllowed(IPAddress.IPv6Loopback) ? null : DeniedName;
        return IsLocalName(host) ? DeniedName : null;
    }

    // Uri accepts some invalid names and throws only when IdnHost is read.
    private static string? ReadHost(Uri url)
    {
        try
        {
            return url.IdnHost.TrimEnd('.');
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    private static bool Contains(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }

    // Uri normalises decimal, octal and hexadecimal IPv4, but not before a trailing dot; IPAddress reads all of them.
    // A zone id (fe80::1%eth0) names an interface and is no part of the address.
    private static bool TryReadLiteral(string host, out IPAddress address)
    {
        var zone = host.IndexOf('%', StringComparison.Ordinal);
        return IPAddress.TryParse(zone < 0 ? host : host[..zone], out address!);
    }

    private static bool IsLocalhost(string host) => Is(host, "localhost") || Is(host, "ip6-localhost") || EndsWith(host, ".localhost");

    // A resolver completes a name without a dot, such as "metadata", from its search list, so it leads inside.
    private static bool IsLocalName(string host) =>
        !host.Contains('.', StringComparison.Ordinal) || EndsWith(host, ".local") || EndsWith(host, ".internal");

    private static bool Is(string host, string name) => host.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool EndsWith(string host, string suffix) => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
}
