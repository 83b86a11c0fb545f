using System.Net;
using Dispatch.Signing;

namespace Dispatch.Delivery.Http;

/// <summary>
/// The body of a delivery. It asks whether it may be sent at the last moment, when the connection is open and nothing is written yet,
/// because the host may be paused for longer than its lease during the name look-up and the handshakes.
/// </summary>
// The length is known, so headers and body leave in one write, without chunks. After that write, the handler never sends them again.
internal sealed class WebhookContent(WebhookRequest request, Func<bool> mayLeave) : HttpContent
{
    /// <summary>True if the body was asked for and refused; the headers were not sent either.</summary>
    public bool IsNotSent { get; private set; }

    /// <summary>True once a first byte may have left.</summary>
    public bool MayHaveLeft { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    // The exception makes the handler close the connection with the headers still in its buffer.
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsNotSent = !mayLeave();
        if (IsNotSent) throw new HttpRequestException("The request may not leave any more.");
        MayHaveLeft = true;
        request.Pooled?.BeginWrite();
        await stream.WriteAsync(request.Body, cancellationToken);
        request.Pooled?.EndWrite();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = request.Body.Length;
        return true;
    }
}
