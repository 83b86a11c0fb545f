using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A question that a <see cref="NameServer"/> was asked.</summary>
/// <param name="Name">In lower case, without the final dot.</param>
internal sealed record NameQuestion(string Name, bool IsIPv6, bool IsByTcp, int Number)
{
    /// <summary>Those of the addresses that are of the wanted family.</summary>
    public NameReply Addresses(params string[] addresses) => new()
    {
        Addresses = [.. addresses.Select(IPAddress.Parse).Where(a => a.AddressFamily == AddressFamily.InterNetworkV6 == IsIPv6)]
    };
}

/// <summary>What a <see cref="NameServer"/> replies.</summary>
internal sealed record NameReply
{
    public static readonly NameReply UnknownName = new() { Code = 3 };

    public static readonly NameReply ServerFailure = new() { Code = 2 };

    public static readonly NameReply Truncated = new() { IsTruncated = true };

    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>Other names on the way from the question's to the addresses.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public int Code { get; init; }

    public bool IsTruncated { get; init; }

    /// <summary>Waits for so long before it leaves.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>A real name server on a port of the loopback, by UDP and TCP, which behaves as a test tells it to.</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private readonly Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener tcp;
    private readonly ConcurrentQueue<NameQuestion> questions = new();
    private readonly Task[] working;

    /// <param name="answer">The reply to a question; null: silence.</param>
    public NameServer(Func<NameQuestion, NameReply?> answer)
    {
        Answer = answer;
        EndPoint = new(IPAddress.Loopback, Ports.Free());
        udp.Bind(EndPoint);
        tcp = new(EndPoint);
        tcp.Start();
        working = [WorkByUdpAsync(), WorkByTcpAsync()];
    }

    public Func<NameQuestion, NameReply?> Answer { get; set; }

    public IPEndPoint EndPoint { get; }

    /// <summary>All that it was asked, also what it did not answer.</summary>
    public IReadOnlyCollection<NameQuestion> Questions => questions;

    /// <summary>Knows one name, and says of all others that they do not exist.</summary>
    public static NameServer Of(string name, params string[] addresses) =>
        new(question => question.Name == name ? question.Addresses(addresses) : NameReply.UnknownName);

    public async ValueTask DisposeAsync()
    {
        udp.Dispose();
        tcp.Dispose();
        await Task.WhenAll(working);
    }

    private async Task WorkByUdpAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var asked = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                _ = ReplyAsync(buffer[..asked.ReceivedBytes], isByTcp: false, reply => udp.SendToAsync(reply, asked.RemoteEndPoint));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task WorkByTcpAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await tcp.AcceptTcpClientAsync());
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        var stream = client.GetStream();
        var length = new byte[2];
        await stream.ReadExactlyAsync(length);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message);
        await ReplyAsync(message, isByTcp: true, async reply =>
        {
            await stream.WriteAsync(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness((ushort)reply.Length)));
            await stream.WriteAsync(reply);
        });
    }

    private async Task ReplyAsync(byte[] message, bool isByTcp, Func<byte[], Task> send)
    {
        var (name, end) = ReadName(message);
        var question = new NameQuestion(name, message[end + 1] == 28, isByTcp, questions.Count);
        questions.Enqueue(question);
        if (Answer(question) is not { } reply) return;
        if (reply.Delay > TimeSpan.Zero) await Task.Delay(reply.Delay);
        try
        {
            await send(Write(message.AsSpan(0, end + 4), reply));
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Whoever asked has given up, or the test is over.
        }
    }

    private static (string Name, int End) ReadName(byte[] message)
    {
        var labels = new List<string>();
        var at = 12;
        for (; message[at] != 0; at += message[at] + 1) labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]));
        return (string.Join('.', labels).ToLowerInvariant(), at + 1);
    }

    /// <summary>The reply to the question, header included, that the message consists of.</summary>
    private static byte[] Write(ReadOnlySpan<byte> question, NameReply reply)
    {
        var message = new List<byte>(question.ToArray());
        message[2] = (byte)(reply.IsTruncated ? 0x83 : 0x81);
        message[3] = (byte)(0x80 | reply.Code);
        message[7] = (byte)(reply.Aliases.Count + reply.Addresses.Count);
        byte[] owner = [0xC0, 12];
        foreach (var alias in reply.Aliases)
        {
            var target = Name(alias);
            AddRecord(message, owner, 5, target);
            owner = target;
        }

        foreach (var address in reply.Addresses)
            AddRecord(message, owner, address.AddressFamily == AddressFamily.InterNetworkV6 ? 28 : 1, address.GetAddressBytes());
        return [.. message];
    }

    private static void AddRecord(List<byte> message, byte[] owner, int type, byte[] data)
    {
        message.AddRange(owner);
        message.AddRange([0, (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)data.Length]);
        message.AddRange(data);
    }

    private static byte[] Name(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
}
