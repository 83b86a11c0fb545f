using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// A far network: passes TCP connections on to a port of this machine, each chunk <see cref="Delay"/> after it came, in each direction.
/// Chunks wait in a queue with the time at which they are due, so that the delay limits no throughput.
/// </summary>
internal sealed class DelayingRelay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Queue<Chunk> waiting = new();
    private int target;
    private bool ended;

    /// <summary>Each way. May be changed while connections are open.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Where to connect to, once started.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Start(int targetPort)
    {
        target = targetPort;
        listener.Start();
        _ = AcceptAsync();
        new Thread(Release) { IsBackground = true, Name = "relay" }.Start();
    }

    public void Dispose()
    {
        listener.Dispose();
        lock (waiting)
        {
            ended = true;
            Monitor.Pulse(waiting);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ConnectAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // the relay has ended
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, target);
                (near.NoDelay, far.NoDelay) = (true, true);
                await Task.WhenAll(PassAsync(near, far), PassAsync(far, near));
            }
            catch (SocketException)
            {
                // one side broke the connection off; closing both tells the other
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        // The thread that releases a chunk sends it as well: waking another one would add to the delay.
        var released = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true, AllowSynchronousContinuations = true });
        await Task.WhenAll(ReadAsync(from, released.Writer), SendAsync(released.Reader, to));
    }

    private async Task ReadAsync(Socket from, ChannelWriter<byte[]> to)
    {
        var buffer = new byte[64 * 1024];
        int count;
        do
        {
            try
            {
                count = await from.ReceiveAsync(buffer);
            }
            catch (SocketException)
            {
                count = 0;   // broken off: for the other side that is an end like any other
            }

            var chunk = new Chunk(Stopwatch.GetTimestamp() + (long)(Delay.TotalSeconds * Stopwatch.Frequency), buffer[..count], to);
            lock (waiting)
            {
                waiting.Enqueue(chunk);
                if (waiting.Count == 1) Monitor.Pulse(waiting);
            }
        }
        while (count > 0);
    }

    private static async Task SendAsync(ChannelReader<byte[]> from, Socket to)
    {
        await foreach (var bytes in from.ReadAllAsync())
        {
            for (var sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent));
        }

        to.Shutdown(SocketShutdown.Send);
    }

    // Of all connections and both directions: all wait equally long, so what came first is due first.
    private void Release()
    {
        while (Next() is { } chunk)
        {
            PreciseWait.Until(chunk.DueAt);
            if (chunk.Bytes.Length > 0) chunk.To.TryWrite(chunk.Bytes);
            else chunk.To.Complete();
        }
    }

    private Chunk? Next()
    {
        lock (waiting)
        {
            while (waiting.Count == 0 && !ended) Monitor.Wait(waiting);
            return ended ? null : waiting.Dequeue();
        }
    }

    /// <param name="DueAt">Timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="Bytes">Empty: the sender has ended.</param>
    private sealed record Chunk(long DueAt, byte[] Bytes, ChannelWriter<byte[]> To);
}
