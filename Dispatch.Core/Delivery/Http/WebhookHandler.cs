using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Dispatch.Delivery.Http;

/// <summary>The HTTP stack as hostile receivers require it. Each setting that looks odd closes a door.</summary>
internal static class WebhookHandler
{
    /// <summary>Name look-up, TCP and TLS together.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Most that an answer's status line and headers may have.</summary>
    public const int MaxHeaderKilobytes = 16;

    /// <param name="connect">Opens every connection, and so decides where requests go.</param>
    public static SocketsHttpHandler Create(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        ConnectCallback = connect,
        ConnectTimeout = ConnectTimeout,
        UseProxy = false,                                             // a proxy would hide the target from the connect callback
        AllowAutoRedirect = false,                                    // 3xx is a failed attempt
        UseCookies = false,                                           // they would cross tenants
        AutomaticDecompression = DecompressionMethods.None,           // no bombs
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        MaxResponseDrainSize = 0,                                     // an answer that is not read to its end costs the connection, not our time
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),           // then the name is resolved and judged again
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),        // below the 5 s of Node's servers: who closes first avoids the race that fails a POST
        ActivityHeadersPropagator = null,                             // traces are ours, not the receiver's
        SslOptions = new SslClientAuthenticationOptions
        {
            // The default validation but for one thing: it would fetch a missing issuer from whatever URL the receiver's certificate names,
            // past the target guard.
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        },
    };
}
