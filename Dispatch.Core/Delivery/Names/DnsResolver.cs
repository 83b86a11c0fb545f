using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Resolves names as glibc does with <c>hosts: files dns</c>: from <c>/etc/hosts</c>, then from the name servers and with the search
/// domains of <c>/etc/resolv.conf</c>. It reads both files again when they have changed. A look-up holds no thread and ends when it is
/// cancelled.
/// </summary>
/// <param name="nameServers">Asked instead of those of <c>resolv.conf</c>; empty: those.</param>
internal sealed class DnsResolver(
    IReadOnlyList<IPEndPoint> nameServers, TimeProvider clock, string? resolvConf = null, string? hostsFile = null)
{
    private static readonly RecordType[] Types =
    [
        .. Socket.OSSupportsIPv4 ? [RecordType.A] : Array.Empty<RecordType>(),
        .. Socket.OSSupportsIPv6 ? [RecordType.Aaaa] : Array.Empty<RecordType>(),
    ];

    private readonly WatchedFile<ResolvConf> conf =
        new(resolvConf ?? ResolvConf.Path, text => ResolvConf.Parse(text, Dns.GetHostName()), clock);

    private readonly WatchedFile<HostsFile> hosts = new(hostsFile ?? HostsFile.Path, HostsFile.Parse, clock);

    private int lookUps;

    /// <summary>The host's addresses, in the order to try them.</summary>
    /// <param name="host">ASCII: an international name in its encoded form (<see cref="Uri.IdnHost"/>).</param>
    /// <exception cref="SocketException">There is no such name, it has no address, or no name server could tell.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        if (hosts.Current.Find(host) is { Length: > 0 } own) return AddressOrder.Sort(own);
        if (IsLocalhost(host)) return [IPAddress.Loopback, IPAddress.IPv6Loopback];

        return AddressOrder.Sort(await AskAsync(host, cancellation));
    }

    private async Task<IPAddress[]> AskAsync(string host, CancellationToken cancellation)
    {
        var current = conf.Current;
        current = current with { Servers = Usable(nameServers.Count == 0 ? current.Servers : nameServers) };
        if (current.Servers.Count == 0) throw new SocketException((int)SocketError.TryAgain);

        var firstServer = current.Rotate ? (int)((uint)Interlocked.Increment(ref lookUps) % (uint)current.Servers.Count) : 0;
        var error = SocketError.HostNotFound;
        foreach (var name in Candidates(host, current))
        {
            var reply = await NameQuery.AskAsync(name, Types, current, firstServer, clock, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (reply.Kind == ReplyKind.Addresses) return reply.Addresses;
            if (reply.Kind == ReplyKind.NoAddress) error = SocketError.NoData;
            else if (reply.Kind != ReplyKind.UnknownName && error == SocketError.HostNotFound) error = SocketError.TryAgain;
            if (reply.Kind == ReplyKind.Unreachable) break;   // it has taken all the time there is
        }

        throw new SocketException((int)error);
    }

    // A system without IPv6 cannot even make a socket for such a server.
    private static IReadOnlyList<IPEndPoint> Usable(IReadOnlyList<IPEndPoint> servers) =>
        Socket.OSSupportsIPv6 ? servers : [.. servers.Where(server => server.AddressFamily == AddressFamily.InterNetwork)];

    private static IEnumerable<string> Candidates(string host, ResolvConf conf)
    {
        if (host.EndsWith('.')) return [host];
        var completed = conf.Search.Select(domain => $"{host}.{domain}");
        return host.Count(letter => letter == '.') >= conf.Dots ? completed.Prepend(host) : completed.Append(host);
    }

    // These names never leave the machine (RFC 6761).
    private static bool IsLocalhost(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}
