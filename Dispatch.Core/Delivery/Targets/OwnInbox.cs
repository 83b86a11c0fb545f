using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Delivery.Targets;

/// <summary>
/// Recognises jobs for an inbox of this host and sends them to the host's own socket. The target guard would refuse them, because their
/// address is loopback or private, or a public name that leads back inside.
/// </summary>
/// <remarks>
/// This exception from the guard opens nothing else:
/// - It recognises a URL without a name look-up: scheme, host and port are those of <c>Dispatch:PublicUrl</c> or of a listening address,
///   and the path is <c>/in/</c> with 32 hexadecimal characters. Only settings name this host, never a Host header.
/// - It builds a new URL from the listening socket and the token, so the original host is never resolved (DNS rebinding).
/// - Its connections are separate, because the HTTP stack would reuse an open one for any request to the same host and port.
///
/// For an https PublicUrl, the request goes by plain HTTP to this machine, because the way through the reverse proxy would depend on DNS,
/// hairpin routes and the guard. If the server listens on https only, the request uses https and checks the certificate.
/// </remarks>
internal sealed class OwnInbox(DispatchOptions options)
{
    public const string Path = InboxToken.Path;

    private const string SchemeEnd = "://";

    private readonly TaskCompletionSource<ListeningAddress[]> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Tells the addresses once the server listens. Deliveries to an inbox wait for it, because they would fail before.</summary>
    public void Listen(IEnumerable<string> addresses)
    {
        var tcp = addresses.Select(ListeningAddress.Parse).OfType<ListeningAddress>();
        listening.TrySetResult([.. tcp.OrderBy(address => address.Scheme, StringComparer.Ordinal)]);   // http before https
    }

    /// <summary>True if the URL is an inbox of this host. False before the server listens.</summary>
    public bool Is(Uri url) => listening.Task.IsCompletedSuccessfully && Find(url, listening.Task.Result) is not null;

    /// <summary>
    /// What a delivery's places are counted for. An inbox of this host is a destination of its own, because one that is slow by choice
    /// would otherwise stop the account's others. At a foreign host the path says nothing: it would evade the limit per destination.
    /// </summary>
    /// <param name="destination">The alarm's (<see cref="Alarm.DestinationOf"/>).</param>
    public string DestinationOf(string destination)
    {
        if (!destination.Contains(SchemeEnd, StringComparison.Ordinal)) return destination;

        var url = new Uri(destination);
        var token = url.AbsolutePath[^InboxToken.Length..];
        var addresses = listening.Task.IsCompletedSuccessfully ? listening.Task.Result : [];
        return IsOwn(url, token, addresses) ? Path + token : Alarm.HostAndPort(url);
    }

    /// <summary>The URL on this machine that such a request goes to; null if it is no inbox of this host.</summary>
    public async ValueTask<Uri?> FindAsync(Uri url, CancellationToken cancellation) =>
        InboxToken.Ends(url.AbsolutePath) ? Find(url, await listening.Task.WaitAsync(cancellation)) : null;

    /// <summary>The connect callback of the inboxes' handler. It connects to the server's own socket, whatever the request says.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var own = (await listening.Task.WaitAsync(cancellation))[0];
        return await TargetConnector.ConnectAsync(own.ConnectAddresses, own.Port, cancellation);
    }

    /// <summary>The Host header of a request for the URL.</summary>
    public static string HostHeader(Uri url)
    {
        var host = url.HostNameType == UriHostNameType.IPv6 ? $"[{url.IdnHost}]" : url.IdnHost;
        return url.IsDefaultPort ? host : $"{host}:{url.Port}";
    }

    private Uri? Find(Uri url, ListeningAddress[] addresses)
    {
        if (!InboxToken.Ends(url.AbsolutePath) || addresses.Length == 0) return null;
        var token = url.AbsolutePath[^InboxToken.Length..];
        if (!IsOwn(url, token, addresses)) return null;

        var own = addresses[0];
        return new UriBuilder(own.Scheme, own.ConnectAddresses[0].ToString(), own.Port, Path + token, url.Query).Uri;
    }

    private bool IsOwn(Uri url, string token, ListeningAddress[] addresses) =>
        IsPublic(url, token) || (url.AbsolutePath == Path + token && addresses.Any(address => address.Is(url)));

    // PublicUrl may have a path of its own, which the proxy removes.
    private bool IsPublic(Uri url, string token) =>
        options.PublicUrl is { } own && url.Scheme == own.Scheme && url.IdnHost == own.IdnHost && url.Port == own.Port
        && url.AbsolutePath == own.AbsolutePath.TrimEnd('/') + Path + token;
}
