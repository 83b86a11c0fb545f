using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A raw TCP receiver that behaves as badly as a test tells it to, and remembers what it saw.</summary>
internal sealed class HostileReceiver : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Func<HostileConnection, Task> behave;
    private readonly X509Certificate2? certificate;
    private readonly CancellationTokenSource stopped = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task accepting;
    private int connections;

    public HostileReceiver(
        Func<HostileConnection, Task> behave, X509Certificate2? certificate = null, IPAddress? address = null, int port = 0)
    {
        this.behave = behave;
        this.certificate = certificate;
        listener = new(address ?? IPAddress.Loopback, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Requests that were read whole, headers and body, in Latin-1.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Connections that were accepted, and those which the kernel has made but no one accepted yet.</summary>
    public int Connections => Volatile.Read(ref connections) + (listener.Pending() ? 1 : 0);

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public Uri Url => new($"{(certificate is null ? "http" : "https")}://{((IPEndPoint)listener.LocalEndpoint).Address}:{Port}/hook?a=1");

    /// <summary>Reads each request and gives that answer, keeping the connection.</summary>
    public static HostileReceiver Answering(string answer) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null) await connection.SendAsync(answer);
    });

    /// <summary>Reads one request and then does that.</summary>
    public static HostileReceiver AfterRequest(Func<HostileConnection, Task> then) => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await then(connection);
    });

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        listener.Dispose();
        await accepting;
        stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stopped.Token);
                serving.Add(ServeAsync(socket, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception end)
            // Each is a way a stopped listener says so.
            when (end is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    // Offline, so that whoever fetches the certificate's issuer in a test is the sender and not this receiver.
    private static SslServerAuthenticationOptions ServerOptions(X509Certificate2 certificate) =>
        new() { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true) };

    private async Task ServeAsync(Socket socket, int number)
    {
        try
        {
            await using Stream plain = new NetworkStream(socket, ownsSocket: true);
            await using var stream = certificate is null ? plain : new SslStream(plain);
            if (stream is SslStream tls) await tls.AuthenticateAsServerAsync(ServerOptions(certificate!), stopped.Token);
            await behave(new(socket, stream, number, requests, stopped.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The sender has had enough of it, or the test is over.
        }
    }
}

/// <summary>One connection of a <see cref="HostileReceiver"/>. It is closed when the behaviour returns.</summary>
/// <param name="Number">From 1, in the order of acceptance.</param>
internal sealed record HostileConnection(
    Socket Socket, Stream Stream, int Number, ConcurrentQueue<string> Requests, CancellationToken Stopped)
{
    private readonly byte[] buffer = new byte[64 * 1024];

    /// <summary>The next request; null when the sender closed.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        var text = new StringBuilder();
        while (!IsWhole(text.ToString()))
        {
            var read = await Stream.ReadAsync(buffer, Stopped);
            if (read == 0) return null;
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        Requests.Enqueue(text.ToString());
        return text.ToString();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await Stream.WriteAsync(bytes, Stopped);

    /// <summary>Keeps the connection and does nothing more.</summary>
    public Task HangAsync() => Task.Delay(Timeout.Infinite, Stopped);

    /// <summary>Closes with RST instead of FIN.</summary>
    public Task ResetAsync()
    {
        Socket.LingerState = new(true, 0);
        Socket.Close();
        return Task.CompletedTask;
    }

    private static bool IsWhole(string text)
    {
        const string ContentLength = "Content-Length: ";
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return false;
        var start = text.IndexOf(ContentLength, StringComparison.Ordinal) + ContentLength.Length;
        if (start < ContentLength.Length) return true;
        var length = int.Parse(text.AsSpan(start, text.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
        return text.Length >= end + 4 + length;
    }
}
