using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Dispatch.Delivery.Targets;

internal sealed class ListeningAddress
{
    private readonly string? name;         // the given host name; null if it is a literal address
    private readonly IPAddress[] reached;  // the addresses of this machine that lead to it

    private ListeningAddress(Uri address)
    {
        (Scheme, Port) = (address.Scheme, address.Port);
        if (!IPAddress.TryParse(address.IdnHost, out var literal)) name = address.IdnHost;
        (ConnectAddresses, reached) = (name, literal) switch
        {
            ("localhost", _) => Loopback(),
            // 0.0.0.0 listens on IPv4 only.
            (_, not null) when literal.Equals(IPAddress.Any) =>
                ([IPAddress.Loopback], [IPAddress.Loopback, .. Interfaces().Where(own => own.AddressFamily == AddressFamily.InterNetwork)]),
            (_, not null) when !literal.Equals(IPAddress.IPv6Any) => ([literal], [literal]),
            // Kestrel listens everywhere for [::] and for any other name.
            _ => (Loopback().ConnectAddresses, [IPAddress.Loopback, IPAddress.IPv6Loopback, .. Interfaces()]),
        };
    }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme { get; }

    public int Port { get; }

    /// <summary>The addresses that reach this server and no other; never empty.</summary>
    public IPAddress[] ConnectAddresses { get; }

    /// <summary>Reads an address in Kestrel's form, such as <c>http://[::]:8080</c>; null if it is no TCP port.</summary>
    public static ListeningAddress? Parse(string text)
    {
        if (text.Contains("://unix:", StringComparison.OrdinalIgnoreCase)) return null;
        if (text.Contains("://pipe:", StringComparison.OrdinalIgnoreCase)) return null;

        var literal = text.Replace("://*", "://[::]", StringComparison.Ordinal).Replace("://+", "://[::]", StringComparison.Ordinal);
        if (!Uri.TryCreate(literal, UriKind.Absolute, out var address)) return null;

        return address.Scheme is "http" or "https" && address.Port > 0 ? new(address) : null;
    }

    /// <summary>True if the URL's scheme, host and port are this address. Makes no name look-up.</summary>
    public bool Is(Uri url)
    {
        if (url.Scheme != Scheme || url.Port != Port) return false;
        if (IPAddress.TryParse(url.IdnHost, out var literal)) return reached.Contains(literal);
        return url.IdnHost == name || (url.IdnHost == "localhost" && reached.Any(IPAddress.IsLoopback));
    }

    private static (IPAddress[] ConnectAddresses, IPAddress[] Reached) Loopback()
    {
        IPAddress[] both = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        return (both, both);
    }

    private static IPAddress[] Interfaces()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(own => own.Address)];
        }
        catch (NetworkInformationException)
        {
            return [];   // a sandbox hides them; loopback and Dispatch:PublicUrl still work
        }
    }
}
