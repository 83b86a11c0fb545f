using System.Net.Sockets;
using System.Security.Authentication;

namespace Dispatch.Delivery.Http;

/// <summary>Turns exceptions of the HTTP stack into one sentence for a person, without stack traces and addresses.</summary>
internal static class DeliveryFailure
{
    /// <summary>True if a receiver or the network can cause the exception; otherwise it is a bug of ours.</summary>
    public static bool IsExpected(Exception failure) =>
        failure is HttpRequestException or IOException or OperationCanceledException or UriFormatException;

    /// <summary>The first exception of that type among this one and its inner ones, or null.</summary>
    public static T? Find<T>(Exception? failure) where T : Exception =>
        failure as T ?? (failure is null ? null : Find<T>(failure.InnerException));

    public static string Describe(Exception failure) => failure switch
    {
        // The handler's connect time-out, because the sender has already handled the attempt's own limit.
        OperationCanceledException => $"No connection within {WebhookHandler.ConnectTimeout.TotalSeconds:0.###} s.",
        UriFormatException => "The URL's host name is not valid.",
        _ when Find<AuthenticationException>(failure) is { } tls => DescribeTls(tls),
        _ when Find<SocketException>(failure) is { } socket => DescribeSocket(socket.SocketErrorCode),
        HttpRequestException http => Describe(http.HttpRequestError),
        HttpIOException http => Describe(http.HttpRequestError),
        _ => "The connection broke.",
    };

    private static string Describe(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "The host name could not be resolved.",
        HttpRequestError.ConnectionError => "The connection could not be made.",
        HttpRequestError.SecureConnectionError => "The TLS handshake failed.",
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => "The receiver's answer is not valid HTTP/1.1.",
        HttpRequestError.ResponseEnded => "The receiver closed the connection before its answer was complete.",
        HttpRequestError.ConfigurationLimitExceeded =>
            $"The headers of the receiver's answer are longer than {WebhookHandler.MaxHeaderKilobytes} KB.",
        HttpRequestError.Unknown or HttpRequestError.ExtendedConnectNotSupported or HttpRequestError.VersionNegotiationError
            or HttpRequestError.UserAuthenticationError or HttpRequestError.ProxyTunnelError => "The connection broke.",
    };

    // The framework's message about a certificate is useful, but its other TLS messages only point at inner exceptions.
    private static string DescribeTls(AuthenticationException tls) =>
        tls.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
            ? $"TLS failed: {tls.Message.TrimEnd('.')}."
            : "The TLS handshake failed.";

    private static string DescribeSocket(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery =>
            "The host name could not be resolved.",
        SocketError.ConnectionRefused => "The receiver refused the connection.",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "The receiver reset the connection.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown =>
            "The receiver cannot be reached.",
        SocketError.TimedOut => "The receiver did not respond.",
        _ => "The connection broke.",
    };
}
