using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Keeps the bytes of each request as they came from the socket, and answers 200.</summary>
internal sealed class RawReceiver : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public RawReceiver() => listener.Start();

    public string Url => $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/hook?x=1";

    /// <summary>Header lines and body of the next request.</summary>
    public async Task<(string[] Lines, byte[] Body)> ReceiveAsync(CancellationToken cancellation)
    {
        using var client = await listener.AcceptTcpClientAsync(cancellation);
        var stream = client.GetStream();
        var bytes = new List<byte>();
        var buffer = new byte[65536];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, cancellation);
            Assert.True(read > 0, "The request broke off.");
            bytes.AddRange(buffer.AsSpan(0, read));
            var all = bytes.ToArray();
            var end = all.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0) continue;

            var lines = Encoding.Latin1.GetString(all, 0, end).Split("\r\n");
            var length = int.Parse(lines
                .Single(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal))["Content-Length: ".Length..]);
            if (all.Length < end + 4 + length) continue;

            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
            return (lines, all[(end + 4)..]);
        }
    }

    public void Dispose() => listener.Dispose();
}
