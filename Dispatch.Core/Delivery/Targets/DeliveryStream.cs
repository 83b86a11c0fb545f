using System.Net.Sockets;

namespace Dispatch.Delivery.Targets;

/// <summary>A connection of a delivery, which is counted while it is open, also when it is kept for the next delivery.</summary>
internal sealed class DeliveryStream : NetworkStream
{
    private static int open;

    private int closed;

    public DeliveryStream(Socket socket)
        : base(socket, ownsSocket: true) => Interlocked.Increment(ref open);

    /// <summary>Connections of this process that are open.</summary>
    public static int Open => Volatile.Read(ref open);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref closed, 1) == 0) Interlocked.Decrement(ref open);
    }
}
