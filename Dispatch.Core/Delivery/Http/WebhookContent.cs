using System.Net;

namespace Dispatch.Delivery.Http;

/// <summary>
/// The body of a delivery, which asks at the last moment whether it may leave: when the connection is there, and nothing of the request has been written to it. Before that lie the name
/// look-up and the handshakes, in which a host may be stopped for longer than its lease.
/// </summary>
// Of known length: no chunks, and headers and body leave in one write. Once that has begun, the handler never sends it again.
internal sealed class WebhookContent(byte[] body, Func<bool> mayLeave) : ByteArrayContent(body)
{
    /// <summary>It was asked for and did not leave, nor did the headers.</summary>
    public bool IsNotSent { get; private set; }

    // The handler has the headers in its buffer still, and gives up the connection with it; so it does when the attempt's time is over, whatever is being written.
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        IsNotSent = !mayLeave();
        return IsNotSent ? throw new HttpRequestException("The request may not leave any more.") : base.SerializeToStreamAsync(stream, context);
    }
}
