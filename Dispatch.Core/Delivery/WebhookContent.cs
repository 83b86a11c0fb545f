using System.Net;
using System.Net.Http.Headers;

namespace Dispatch.Delivery;

/// <summary>
/// The body of a delivery, which asks at the last moment whether it may leave: when the connection is there, and nothing of the request has been written to it. Before that lie the name
/// look-up and the handshakes, in which a host may be stopped for longer than its lease.
/// </summary>
internal sealed class WebhookContent : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly byte[] body;
    private readonly Func<bool> mayLeave;

    public WebhookContent(byte[] body, Func<bool> mayLeave)
    {
        this.body = body;
        this.mayLeave = mayLeave;
        Headers.ContentType = Json;
    }

    /// <summary>It was asked for and did not leave, nor did the headers.</summary>
    public bool IsWithheld { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    // The handler has the headers in its buffer still, and gives up the connection with it.
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsWithheld = !mayLeave();
        return IsWithheld ? throw new HttpRequestException("The request may not leave any more.") : stream.WriteAsync(body, cancellationToken).AsTask();
    }

    // Known: no chunks, and headers and body leave in one write. Once that has begun, the handler never sends it again.
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
