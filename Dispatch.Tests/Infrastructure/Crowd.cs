using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Strangers at the door: many connections to a host from one address of the loopback.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly List<Socket> sockets = [];
    private readonly Uri host;
    private readonly IPAddress from;

    public Crowd(string hostUrl, string from = "127.0.0.1") => (host, this.from) = (new Uri(hostUrl), IPAddress.Parse(from));

    /// <summary>Opens so many connections, each of which sends that text and reads nothing.</summary>
    public async Task ComeAsync(int connections, string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            socket.Bind(new IPEndPoint(from, 0));
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, host.Port, TestContext.Current.CancellationToken);
            await socket.SendAsync(bytes, TestContext.Current.CancellationToken);
        }
    }

    public string Get(string path, int times = 1) =>
        string.Concat(Enumerable.Repeat($"GET {path} HTTP/1.1\r\nHost: {host.Authority}\r\n\r\n", times));

    /// <summary>How many connections the host has closed.</summary>
    public int Closed => sockets.Count(IsClosed);

    public int Open => sockets.Count - Closed;

    /// <summary>What the host has sent there so far, at least one byte.</summary>
    public async Task<string> ReadAsync(int connection)
    {
        var buffer = new byte[64 * 1024];
        var read = await sockets[connection].ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    /// <summary>Sends more on one connection.</summary>
    public async Task SendAsync(int connection, string text) =>
        await sockets[connection].SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>Until the host has closed so many; fails after the time.</summary>
    public async Task WaitForClosedAsync(int count, TimeSpan limit)
    {
        for (var until = DateTime.UtcNow + limit; Closed < count; await Task.Delay(25, TestContext.Current.CancellationToken))
            Assert.True(DateTime.UtcNow < until, $"{Closed} of {sockets.Count} connections were closed within {limit}, not {count}");
    }

    public void Dispose()
    {
        foreach (var socket in sockets) socket.Dispose();
    }

    // Without reading: what was sent before the end would hide it, so an unread end of another kind (a reset) is looked for as well.
    private static bool IsClosed(Socket socket)
    {
        try
        {
            if (socket.Poll(0, SelectMode.SelectError)) return true;
            return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
