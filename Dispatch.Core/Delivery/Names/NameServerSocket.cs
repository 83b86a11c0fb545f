using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Asks one name server, by UDP, and by TCP for what does not fit into a datagram. The socket is connected and has a port of its own, so
/// the kernel drops what others send to it and tells if nobody listens at the server's address.
/// </summary>
/// <param name="heard">Gets each reply, also one that comes after the question was asked elsewhere.</param>
/// <exception cref="SocketException">This machine has no socket left.</exception>
internal sealed class NameServerSocket(IPEndPoint server, Action<NameServerSocket, RecordType, DnsReply> heard) : IAsyncDisposable
{
    private const int MaxDatagram = 1500;   // without EDNS in the question, replies have at most 512 bytes

    private readonly Socket socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<RecordType, byte[]> asked = [];
    private readonly List<Task> byTcp = [];
    private Task? listening;

    public IPEndPoint Server => server;

    /// <summary>Sends the question, also if it was sent before.</summary>
    public void Ask(RecordType type, byte[] question)
    {
        asked[type] = question;
        try
        {
            if (listening is null)
            {
                socket.Connect(server);
                listening = ListenAsync();
            }

            socket.Send(question);
        }
        catch (Exception failure) when (failure is SocketException or NotSupportedException)
        {
            // .NET refuses to connect again after a first Connect that failed.
            TellUnreachable();
        }
    }

    /// <summary>Ends once the sockets are closed, which is at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        socket.Dispose();
        if (listening is not null) await listening;
        await Task.WhenAll(byTcp);
        closing.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[MaxDatagram];
        while (!closing.IsCancellationRequested)
        {
            try
            {
                Hear(buffer.AsSpan(0, await socket.ReceiveAsync(buffer, closing.Token)));
            }
            catch (SocketException) when (!closing.IsCancellationRequested)
            {
                TellUnreachable();   // a later question may reach somebody
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    // Each question, because the system tells of one lost datagram only, and at the next call: to send or to receive.
    private void TellUnreachable()
    {
        foreach (var type in asked.Keys) heard(this, type, DnsReply.Without(ReplyKind.Unreachable));
    }

    private void Hear(ReadOnlySpan<byte> datagram)
    {
        foreach (var (type, question) in asked)
        {
            if (DnsMessage.Read(datagram, question) is not { } reply) continue;
            if (reply.Kind == ReplyKind.Truncated) byTcp.Add(AskByTcpAsync(type, question));
            else heard(this, type, reply);
            return;
        }
    }

    private async Task AskByTcpAsync(RecordType type, byte[] question)
    {
        try
        {
            using var stream = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await stream.ConnectAsync(server, closing.Token);
            await stream.SendAsync(WithLength(question), closing.Token);
            using var connection = new NetworkStream(stream);
            var length = new byte[2];
            await connection.ReadExactlyAsync(length, closing.Token);
            var reply = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await connection.ReadExactlyAsync(reply, closing.Token);
            heard(this, type, DnsMessage.Read(reply, question) ?? DnsReply.Without(ReplyKind.Failed));
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            heard(this, type, DnsReply.Without(ReplyKind.Failed));
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private static byte[] WithLength(byte[] question)
    {
        var message = new byte[question.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)question.Length);
        question.CopyTo(message, 2);
        return message;
    }
}
