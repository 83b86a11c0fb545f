using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// A port of the loopback behind which a server seems far away: whatever is sent in either direction arrives later by the same delay.
/// Like a long line it delays each byte and carries as many as are sent.
/// </summary>
internal sealed class DelayRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int serverPort;
    private readonly TimeSpan delay;
    private readonly CancellationTokenSource over = new();
    private readonly Task accepting;

    private DelayRelay(int serverPort, TimeSpan delay)
    {
        (this.serverPort, this.delay) = (serverPort, delay);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <param name="delay">Each way, so that a round trip takes twice as long.</param>
    public static DelayRelay To(int serverPort, TimeSpan delay) => new(serverPort, delay);

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        listener.Dispose();
        await accepting;
        over.Dispose();
    }

    private async Task AcceptAsync()
    {
        var lines = new List<Task>();
        try
        {
            while (true) lines.Add(ConnectAsync(await listener.AcceptTcpClientAsync(over.Token)));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(lines);
        }
    }

    /// <summary>Until one side has closed.</summary>
    private async Task ConnectAsync(TcpClient near)
    {
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        using var far = new TcpClient { NoDelay = true };
        using (near)
        {
            try
            {
                near.NoDelay = true;
                await far.ConnectAsync(IPAddress.Loopback, serverPort, closed.Token);
                await Task.WhenAny(CarryAsync(near, far, closed.Token), CarryAsync(far, near, closed.Token));
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException)
            {
                // The server is not there, or the test is over.
            }

            await closed.CancelAsync();
        }
    }

    private async Task CarryAsync(TcpClient from, TcpClient to, CancellationToken closed)
    {
        var onTheWay = Channel.CreateUnbounded<(long SentAt, byte[] Bytes)>();
        var sending = SendAsync(onTheWay.Reader, to.GetStream(), closed);
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer, closed) is > 0 and var read)
                onTheWay.Writer.TryWrite((Stopwatch.GetTimestamp(), buffer[..read]));
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Closed in the middle.
        }

        onTheWay.Writer.Complete();
        await sending;
    }

    private async Task SendAsync(ChannelReader<(long SentAt, byte[] Bytes)> onTheWay, NetworkStream to, CancellationToken closed)
    {
        try
        {
            await foreach (var (sentAt, bytes) in onTheWay.ReadAllAsync(closed))
            {
                // Whole milliseconds are what timers know; what is due earlier than the next of them goes at once.
                var wait = delay - Stopwatch.GetElapsedTime(sentAt);
                if (wait >= TimeSpan.FromMilliseconds(1)) await Task.Delay(wait, closed);
                await to.WriteAsync(bytes, closed);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Closed in the middle.
        }
    }
}
