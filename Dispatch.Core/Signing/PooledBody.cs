using System.Buffers;
using System.Numerics;

namespace Dispatch.Signing;

/// <summary>
/// A delivery's body in a pooled array. A big payload is read straight into it, so it is in memory once, and the array is given back as
/// soon as the body is on the wire, not when the receiver has answered.
/// </summary>
internal sealed class PooledBody : IDisposable
{
    // Such an array is rare, and the pool would round its length up to twice as much.
    private const int LongestPooled = 1024 * 1024;

    private readonly int length;
    private readonly int payloadAt;
    private readonly int payloadBytes;
    private readonly IDisposable permit;
    private byte[]? array;
    private bool isBeingWritten;

    /// <param name="permit">For <see cref="Cost"/> bytes; given back together with the array.</param>
    public PooledBody(Guid jobId, string title, int payloadBytes, IDisposable permit)
    {
        var escapedTitle = WebhookBody.Escape(title);
        (this.permit, this.payloadBytes, length) = (permit, payloadBytes, WebhookBody.Length(escapedTitle, payloadBytes));
        array = length <= LongestPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
        payloadAt = WebhookBody.Begin(array.AsSpan(0, length), jobId, escapedTitle);
    }

    /// <summary>Where the payload belongs.</summary>
    public Memory<byte> Payload => Bytes.AsMemory(payloadAt, payloadBytes);

    private byte[] Bytes => array ?? throw new ObjectDisposedException(nameof(PooledBody));

    /// <summary>The bytes of memory that such a body takes.</summary>
    public static int Cost(string title, int payloadBytes)
    {
        var length = WebhookBody.Length(WebhookBody.Escape(title), payloadBytes);
        return length <= LongestPooled ? (int)BitOperations.RoundUpToPowerOf2((uint)length) : length;
    }

    /// <summary>The whole body of an attempt that is made now.</summary>
    /// <param name="firedAtMs">Milliseconds since the Unix epoch, UTC.</param>
    public ReadOnlyMemory<byte> Complete(long firedAtMs)
    {
        var body = Bytes.AsMemory(0, length);
        WebhookBody.End(body.Span, firedAtMs);
        return body;
    }

    /// <summary>
    /// Until <see cref="EndWrite"/> a connection reads the array. If the body is given back meanwhile, the array is left to the garbage
    /// collector, because the pool would lend it to another delivery.
    /// </summary>
    public void BeginWrite()
    {
        _ = Bytes;   // otherwise another delivery's body would leave
        isBeingWritten = true;
    }

    /// <summary>The body is on the wire: gives it back, because the receiver may take long to answer.</summary>
    public void EndWrite()
    {
        isBeingWritten = false;
        Dispose();
    }

    /// <summary>Gives array and permit back. A second time does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref array, null) is not { } mine) return;
        if (!isBeingWritten && length <= LongestPooled) ArrayPool<byte>.Shared.Return(mine);
        permit.Dispose();
    }
}
