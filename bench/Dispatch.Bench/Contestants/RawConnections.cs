using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dispatch.Bench.Contestants;

/// <summary>Many connections to a host from one address that send the same bytes; cheap: they share its machine.</summary>
internal sealed class RawConnections(string hostUrl, string from, string path, string? header = null)
{
    private readonly IPEndPoint host = new(IPAddress.Loopback, new Uri(hostUrl).Port);
    private readonly byte[] request = Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: {new Uri(hostUrl).Authority}\r\n{(header is null ? "" : header + "\r\n")}\r\n");
    private int answers;

    /// <summary>Whole answers that were read.</summary>
    public int Answers => answers;

    /// <summary>Each connection asks, reads the answer and asks again, until told to end; one that is closed is opened again.</summary>
    public Task AskAsync(int connections, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => AskAgainAsync(cancellation), CancellationToken.None)));

    /// <summary>Each connection asks so many times at once and reads nothing, until it is told to end; then all are closed.</summary>
    public async Task HoldAsync(int connections, int times, CancellationToken cancellation)
    {
        var sockets = new Socket?[connections];
        var bytes = Enumerable.Repeat(request, times).SelectMany(one => one).ToArray();
        try
        {
            await Parallel.ForAsync(
                0, connections, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellation },
                async (i, ct) => sockets[i] = await SendAsync(bytes, ct));
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        finally
        {
            foreach (var socket in sockets) socket?.Dispose();
        }
    }

    private async Task AskAgainAsync(CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var socket = await SendAsync(request, cancellation);
                while (socket is not null && await ReadAnswerAsync(socket, buffer, cancellation))
                {
                    Interlocked.Increment(ref answers);
                    await socket.SendAsync(request, cancellation);
                }

                await Task.Delay(50, cancellation);   // refused: a door that closes at once is not asked in a circle
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // Closed by the host, or the end.
            }
        }
    }

    /// <summary>Null: the host did not take the connection or its bytes.</summary>
    private async Task<Socket?> SendAsync(byte[] bytes, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(host, cancellation);
            await socket.SendAsync(bytes, cancellation);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Reads one answer, by its length or its last chunk (RFC 9112). False: the connection ended.</summary>
    private static async Task<bool> ReadAnswerAsync(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        var filled = 0;
        int headEnd;
        while ((headEnd = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellation);
            if (read == 0) return false;
            filled += read;
        }

        var head = Encoding.ASCII.GetString(buffer, 0, headEnd);
        var body = filled - headEnd - 4;
        if (LengthOf(head) is { } length)
        {
            for (var left = length - body; left > 0;)
            {
                var read = await socket.ReceiveAsync(buffer, cancellation);
                if (read == 0) return false;
                left -= read;
            }

            return true;
        }

        // What came last is kept at the buffer's start, for the end of the last chunk may come in pieces.
        while (!buffer.AsSpan(0, filled).EndsWith("\r\n0\r\n\r\n"u8))
        {
            var kept = Math.Min(filled, 8);
            buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
            var read = await socket.ReceiveAsync(buffer.AsMemory(kept), cancellation);
            if (read == 0) return false;
            filled = kept + read;
        }

        return true;
    }

    private static int? LengthOf(string head)
    {
        const string name = "\r\nContent-Length:";
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return head.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? null : 0;

        var line = head.AsSpan(at + name.Length);
        var end = line.IndexOf('\r');
        return int.Parse(end < 0 ? line : line[..end]);
    }
}
