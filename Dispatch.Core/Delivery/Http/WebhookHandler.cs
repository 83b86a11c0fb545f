using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Dispatch.Delivery.Http;

/// <summary>Creates the HTTP handler. Its settings protect the host against hostile receivers.</summary>
internal static class WebhookHandler
{
    /// <summary>Name look-up, TCP and TLS together.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The longest status line and headers of an answer, KB.</summary>
    public const int MaxHeaderKilobytes = 16;

    /// <param name="connect">Opens every connection, so it decides where requests go.</param>
    public static SocketsHttpHandler Create(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        ConnectCallback = connect,
        ConnectTimeout = ConnectTimeout,
        UseProxy = false,                                        // a proxy would hide the target from the connect callback
        AllowAutoRedirect = false,                               // 3xx is a failed attempt
        UseCookies = false,                                      // cookies would cross tenants
        AutomaticDecompression = DecompressionMethods.None,      // no decompression bombs
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        MaxResponseDrainSize = 0,                                // close the connection instead of reading a long answer to its end
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),      // then the name is resolved and judged again
        // Node's servers close idle connections after 5 s. A POST at that moment would fail, so this side closes first.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
        ActivityHeadersPropagator = null,                        // receivers must not see our trace ids
        SslOptions = new SslClientAuthenticationOptions
        {
            // The default validation would download a missing issuer from any URL in the certificate, past the target guard.
            CertificateChainPolicy = new X509ChainPolicy
            {
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };
}
