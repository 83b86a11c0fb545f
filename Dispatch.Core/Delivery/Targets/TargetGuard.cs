using System.Net;
using Dispatch.Settings;

namespace Dispatch.Delivery.Targets;

/// <summary>
/// Judges where a webhook may go, so that nobody reaches this network's inside through us (SSRF). Used when a job is posted (no DNS) and
/// again at each connection, on the addresses that the name has at that moment.
/// </summary>
/// <param name="openLoopback">True in Development: a receiver on the developer's own machine is what they want to reach.</param>
internal sealed class TargetGuard(DeliveryOptions options, bool openLoopback)
{
    /// <summary>All that a user learns when an attempt is refused; never the address, which could describe an internal network.</summary>
    public const string NotAllowed = "destination not allowed";

    private const string DeniedAddress = NotAllowed + ": a private, loopback or reserved address";

    private const string DeniedName = NotAllowed + ": a local name";

    private const string InvalidName = NotAllowed + ": not a valid host name";

    // IANA's special-purpose registries (RFC 6890 and successors), multicast, and what cloud providers answer on (168.63.129.16).
    // Networks that embed an IPv4 address (::/96, NAT64, 6to4, Teredo) are denied whole: they would carry a private one past the list.
    private static readonly IPNetwork[] Denied =
    [
        .. """
           0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
           192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
           ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
           5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
           """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(network => IPNetwork.Parse(network)),
    ];

    private readonly IPNetwork[] allowed =
    [
        .. options.AllowedNetworks,
        .. openLoopback ? [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] : Array.Empty<IPNetwork>(),
    ];

    /// <summary>Whether a connection to the address may be made. An IPv4-mapped IPv6 address is judged as the IPv4 address that it reaches.</summary>
    public bool IsAllowed(IPAddress address)
    {
        var judged = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Contains(Denied, judged) || Contains(allowed, judged);
    }

    /// <summary>
    /// Why a job for the URL is refused at once, for a person; null when nothing speaks against it yet. Looks only at literal addresses and
    /// obviously local names: what a public name resolves to is judged when it is connected to, for it may have changed by then.
    /// </summary>
    /// <param name="url">An absolute URL.</param>
    public string? WhyDenied(Uri url)
    {
        if (ReadHost(url) is not { } host) return InvalidName;
        if (TryReadLiteral(host, out var address)) return IsAllowed(address) ? null : DeniedAddress;
        if (IsLocalhost(host)) return IsAllowed(IPAddress.Loopback) || IsAllowed(IPAddress.IPv6Loopback) ? null : DeniedName;
        return IsLocalName(host) ? DeniedName : null;
    }

    // Uri accepts some names that only turn out to be impossible when their ASCII form is asked for.
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

    // Uri writes decimal, octal and hexadecimal IPv4 as four numbers, but not before a trailing dot; IPAddress reads all those spellings.
    // A zone id (fe80::1%eth0) says which interface, not which address.
    private static bool TryReadLiteral(string host, out IPAddress address)
    {
        var zone = host.IndexOf('%', StringComparison.Ordinal);
        return IPAddress.TryParse(zone < 0 ? host : host[..zone], out address!);
    }

    private static bool IsLocalhost(string host) => Is(host, "localhost") || Is(host, "ip6-localhost") || EndsWith(host, ".localhost");

    // A name without a dot is completed by the resolver's search list, which is to say: inside. That covers "metadata", too.
    private static bool IsLocalName(string host) => !host.Contains('.', StringComparison.Ordinal) || EndsWith(host, ".local") || EndsWith(host, ".internal");

    private static bool Is(string host, string name) => host.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool EndsWith(string host, string suffix) => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
}
