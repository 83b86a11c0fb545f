using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Writes a question for a name server and reads the reply (RFC 1035). Replies come from outside, so nothing in them is believed: every
/// length is checked, and whatever does not fit is <see cref="ReplyKind.Failed"/>.
/// </summary>
internal static class DnsMessage
{
    private const int HeaderLength = 12;
    private const int MaxLabel = 63;
    private const int MaxName = 253;
    private const ushort Internet = 1;
    private const ushort RecursionDesired = 0x0100;
    private const ushort IsReply = 0x8000;
    private const ushort IsTruncated = 0x0200;
    private const ushort CodeMask = 0x000F;
    private const int NoError = 0;
    private const int NameError = 3;

    /// <summary>
    /// The question with a random id; null if the name cannot be asked for, because a label is empty or longer than 63 bytes, or the name
    /// longer than 253. It asks without EDNS, as glibc does, because some middleboxes drop questions with it.
    /// </summary>
    /// <param name="name">ASCII, with or without the final dot.</param>
    public static byte[]? Question(string name, RecordType type)
    {
        var labels = name.TrimEnd('.').Split('.');
        if (name.Length > MaxName + 1 || !Ascii.IsValid(name)) return null;
        if (labels.Any(label => label.Length is 0 or > MaxLabel)) return null;

        using var stream = new MemoryStream();
        WriteNumber(stream, (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1));
        WriteNumber(stream, RecursionDesired);
        foreach (var count in (ReadOnlySpan<ushort>)[1, 0, 0, 0]) WriteNumber(stream, count);
        foreach (var label in labels)
        {
            stream.WriteByte((byte)label.Length);
            stream.Write(Encoding.ASCII.GetBytes(label));
        }

        stream.WriteByte(0);
        WriteNumber(stream, (ushort)type);
        WriteNumber(stream, Internet);
        return stream.ToArray();
    }

    /// <summary>Reads the reply; null if it answers another question, so that the right reply may still come.</summary>
    public static DnsReply? Read(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> question)
    {
        if (reply.Length < HeaderLength || NumberAt(reply, 0) != NumberAt(question, 0)) return null;
        var flags = NumberAt(reply, 2);
        if ((flags & IsReply) == 0) return null;

        var code = flags & CodeMask;
        if (NumberAt(reply, 4) == 0 && code != NoError) return DnsReply.Without(ReplyKind.Failed);   // some servers repeat no question
        if (NumberAt(reply, 4) != 1 || !RepeatsQuestion(reply, question)) return null;
        if ((flags & IsTruncated) != 0) return DnsReply.Without(ReplyKind.Truncated);
        return code switch
        {
            NoError => ReadAnswers(reply, question.Length, NumberAt(reply, 6), NumberAt(question, question.Length - 4)),
            NameError => DnsReply.Without(ReplyKind.UnknownName),
            _ => DnsReply.Without(ReplyKind.Failed),
        };
    }

    // Case is ignored, because a server may write the name in its own case.
    private static bool RepeatsQuestion(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> question) =>
        reply.Length >= question.Length
        && Ascii.EqualsIgnoreCase(reply[HeaderLength..(question.Length - 4)], question[HeaderLength..^4])
        && reply[(question.Length - 4)..question.Length].SequenceEqual(question[^4..]);

    // A chain of CNAMEs stands in the same section, before the addresses it leads to.
    private static DnsReply ReadAnswers(ReadOnlySpan<byte> reply, int at, int count, ushort type)
    {
        var addresses = new List<IPAddress>();
        for (; count > 0; count--)
        {
            at = AfterName(reply, at);
            if (at < 0 || at + 10 > reply.Length) return DnsReply.Without(ReplyKind.Failed);

            var length = NumberAt(reply, at + 8);
            if (at + 10 + length > reply.Length) return DnsReply.Without(ReplyKind.Failed);
            if (NumberAt(reply, at) == type && NumberAt(reply, at + 2) == Internet)
            {
                if (length != (type == (ushort)RecordType.A ? 4 : 16)) return DnsReply.Without(ReplyKind.Failed);
                addresses.Add(new IPAddress(reply.Slice(at + 10, length)));
            }

            at += 10 + length;
        }

        return addresses.Count == 0 ? DnsReply.Without(ReplyKind.NoAddress) : new(ReplyKind.Addresses, [.. addresses]);
    }

    /// <summary>The index after the name that begins there, which may end in a pointer to an earlier one; −1 if it has no end.</summary>
    private static int AfterName(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length)
        {
            var length = message[at];
            if (length == 0) return at + 1;
            if (length >= 0xC0) return at + 2;
            if (length > MaxLabel) return -1;
            at += length + 1;
        }

        return -1;
    }

    private static ushort NumberAt(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);

    private static void WriteNumber(MemoryStream stream, ushort number)
    {
        stream.WriteByte((byte)(number >> 8));
        stream.WriteByte((byte)number);
    }
}
