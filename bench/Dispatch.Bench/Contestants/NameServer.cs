using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// A name server over UDP (RFC 1035) that knows one name, <see cref="Good"/>, never answers for any below <see cref="Dead"/>, and says of
/// all others that there is no such name.
/// </summary>
internal sealed class NameServer : IDisposable
{
    public const string Good = "good.test";
    public const string Dead = ".dead.test";

    private const int UsualPort = 53;
    private const int Header = 12;
    private const byte TypeA = 1;
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private int asked;

    private NameServer(int port)
    {
        socket.Bind(new IPEndPoint(Address, port));
        socket.ReceiveBufferSize = 4 * 1024 * 1024;
        new Thread(Serve) { IsBackground = true, Name = "name server" }.Start();
    }

    /// <summary>Nobody else's, so that the usual port is free there.</summary>
    public IPAddress Address { get; } = IPAddress.Parse("127.53.0.1");

    public int Port => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Questions that were left without an answer.</summary>
    public int LeftUnanswered => asked;

    /// <param name="onUsualPort">A resolver of the system's asks no other, and only root may have it.</param>
    public static NameServer Start(bool onUsualPort)
    {
        try
        {
            return new NameServer(onUsualPort ? UsualPort : 0);
        }
        catch (SocketException exception)
        {
            throw new InvalidOperationException($"The bench's name server cannot have its port: {exception.Message}.", exception);
        }
    }

    public void Dispose() => socket.Dispose();

    private void Serve()
    {
        var packet = new byte[512];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                var length = socket.ReceiveFrom(packet, ref from);
                if (Answer(packet.AsSpan(0, length)) is { } answer) socket.SendTo(answer, from);
                else Interlocked.Increment(ref asked);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private static byte[]? Answer(ReadOnlySpan<byte> question)
    {
        var (name, end) = ReadName(question);
        if (name.EndsWith(Dead, StringComparison.OrdinalIgnoreCase)) return null;

        var isGood = name.Equals(Good, StringComparison.OrdinalIgnoreCase);
        var hasAddress = isGood && question[end + 1] == TypeA;
        var answer = new List<byte>(question[..(end + 4)].ToArray());   // the header and the question, without what follows it (EDNS)
        (answer[2], answer[3]) = (0x85, (byte)(0x80 | (isGood ? 0 : 3)));   // an authoritative answer, or "no such name"
        BinaryPrimitives.WriteUInt16BigEndian(Counts(answer, 6), (ushort)(hasAddress ? 1 : 0));
        BinaryPrimitives.WriteUInt32BigEndian(Counts(answer, 8), 0);
        // A pointer to the question's name, type A, class IN, not to be kept, four bytes.
        if (hasAddress) answer.AddRange([0xC0, Header, 0, TypeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
        return [.. answer];
    }

    private static Span<byte> Counts(List<byte> packet, int at) =>
        CollectionsMarshal.AsSpan(packet)[at..];

    private static (string Name, int End) ReadName(ReadOnlySpan<byte> packet)
    {
        var name = new StringBuilder();
        var at = Header;
        for (; packet[at] != 0; at += packet[at] + 1)
        {
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.ASCII.GetString(packet.Slice(at + 1, packet[at])));
        }

        return (name.ToString(), at + 1);
    }
}
