using System.Net;
using System.Net.Sockets;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// Many receivers that cost next to nothing: each takes connections and never answers, or answers 200 so long after a request's first
/// bytes. For bodies that fit one packet.
/// </summary>
internal sealed class SlowReceivers : IDisposable
{
    private static readonly byte[] Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private readonly CancellationTokenSource ended = new();
    private readonly List<Socket> listeners = [];
    private readonly TimeSpan? answerAfter;

    /// <param name="answerAfter">Null: never.</param>
    public SlowReceivers(int count, TimeSpan? answerAfter)
    {
        this.answerAfter = answerAfter;
        for (var i = 0; i < count; i++)
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(4096);
            listeners.Add(listener);
            _ = AcceptAsync(listener);
        }
    }

    public IReadOnlyList<string> Urls =>
        [.. listeners.Select(listener => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}/")];

    public void Dispose()
    {
        ended.Cancel();
        foreach (var listener in listeners) listener.Dispose();
        ended.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true) _ = HoldAsync(await listener.AcceptAsync(ended.Token));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task HoldAsync(Socket socket)
    {
        using var connection = socket;
        var buffer = new byte[4096];
        try
        {
            while (await connection.ReceiveAsync(buffer, ended.Token) > 0)
            {
                if (answerAfter is not { } wait) continue;
                await Task.Delay(wait, ended.Token);
                await connection.SendAsync(Ok, ended.Token);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Disposed, or the sender gave up.
        }
    }
}
