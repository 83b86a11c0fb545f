using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Delivery.Targets;

/// <summary>
/// Recognises jobs for an inbox of this very host, which the target guard would refuse (loopback, a private network, a public name that leads
/// back inside), and takes them there over a real socket.
/// </summary>
/// <remarks>
/// Why this opens nothing else. A URL is recognised by what it says, without any look-up: its scheme, host and port are those of
/// <c>Dispatch:PublicUrl</c> or of an address the server listens on, and its path is <c>/in/</c> with 32 hexadecimal characters. It is not sent
/// where its host leads: a new URL is made of the server's own listening socket and the token, so no other port, host or path can be in it, and
/// whatever a name resolves to, now or at the second look-up (DNS rebinding), is never asked. Nor can somebody point a name of theirs at this
/// host: only the operator's settings say which names are its own, not the Host header, which anyone may choose. Whether there is such a token, the
/// endpoint says, with 404. The connections are kept apart from those of other deliveries, because the HTTP stack would lend one that is open to
/// the next request for the same host and port, whatever its path. Redirects are not followed.
///
/// An https PublicUrl is delivered to by plain HTTP on this machine, past the reverse proxy: the way out and back in would depend on name
/// service, hairpin routes and the guard's opinion of the proxy's address, for a request that never needs to leave. Only where the server speaks
/// nothing but https does the request, too, with the certificate checked as always.
/// </remarks>
internal sealed class OwnInbox(DispatchOptions options)
{
    /// <summary>Where inboxes are.</summary>
    public const string Path = "/in/";

    private readonly TaskCompletionSource<ListeningAddress[]> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The server has started on these addresses. Until then deliveries to an inbox wait: at a start they would find no one listening.</summary>
    public void Listen(IEnumerable<string> addresses)
    {
        var tcp = addresses.Select(ListeningAddress.Parse).OfType<ListeningAddress>();
        listening.TrySetResult([.. tcp.OrderBy(address => address.Scheme, StringComparer.Ordinal)]);   // http before https
    }

    /// <summary>Whether the URL is an inbox of this host, as far as is known without waiting.</summary>
    public bool Is(Uri url) => listening.Task.IsCompletedSuccessfully && Find(url, listening.Task.Result) is not null;

    /// <summary>Where a request for the URL goes on this machine; null where it is no inbox of this host.</summary>
    public async ValueTask<Uri?> FindAsync(Uri url, CancellationToken cancellation) =>
        LooksLikeInbox(url) ? Find(url, await listening.Task.WaitAsync(cancellation)) : null;

    /// <summary>The connect callback of the handler that only inboxes are asked through: to the server's own socket, whatever the request says.</summary>
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
        if (!LooksLikeInbox(url) || addresses.Length == 0) return null;
        var token = url.AbsolutePath[^InboxToken.Length..];
        if (!IsPublic(url, token) && !(url.AbsolutePath == Path + token && addresses.Any(address => address.Is(url)))) return null;

        var own = addresses[0];
        return new UriBuilder(own.Scheme, own.ConnectAddresses[0].ToString(), own.Port, Path + token, url.Query).Uri;
    }

    // The proxy takes PublicUrl's own path away.
    private bool IsPublic(Uri url, string token) =>
        options.PublicUrl is { } own && url.Scheme == own.Scheme && url.IdnHost == own.IdnHost && url.Port == own.Port
        && url.AbsolutePath == own.AbsolutePath.TrimEnd('/') + Path + token;

    private static bool LooksLikeInbox(Uri url)
    {
        var path = url.AbsolutePath;
        var at = path.Length - InboxToken.Length - Path.Length;
        return at >= 0 && path.AsSpan(at, Path.Length).SequenceEqual(Path) && InboxToken.IsWellFormed(path.AsSpan(at + Path.Length));
    }
}
