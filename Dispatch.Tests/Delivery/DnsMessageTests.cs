using System.Net;
using Dispatch.Delivery.Names;

namespace Dispatch.Tests.Delivery;

/// <summary>Replies of name servers come from outside: what is read of them, and what is not.</summary>
public sealed class DnsMessageTests
{
    private static readonly IPAddress[] One = [IPAddress.Parse("192.0.2.1")];

    [Fact]
    public void Nothing_but_a_reply_to_the_question_is_believed()
    {
        var question = DnsMessage.Question("good.example", RecordType.A)!;
        var other = DnsMessage.Question("evil.example", RecordType.A)!;
        (other[0], other[1]) = (question[0], question[1]);
        var reply = ReplyTo(question);
        Assert.Equal(One, DnsMessage.Read(reply, question)!.Value.Addresses);

        Assert.Null(DnsMessage.Read(reply, other));
        Assert.Null(DnsMessage.Read(question, question));
        Assert.Null(DnsMessage.Read(reply, DnsMessage.Question("good.example", RecordType.Aaaa)));
        Assert.Null(DnsMessage.Read(reply.AsSpan(0, 11), question));
        question[0]++;
        Assert.Null(DnsMessage.Read(reply, question));
    }

    [Fact]
    public void A_garbled_reply_is_no_reply_and_breaks_nothing()
    {
        var question = DnsMessage.Question("good.example", RecordType.A)!;
        var reply = ReplyTo(question);
        var random = new Random(16);
        for (var i = 0; i < 20_000; i++)
        {
            var garbled = reply[..random.Next(reply.Length + 1)];
            for (var change = random.Next(4); change > 0 && garbled.Length > 0; change--)
                garbled[random.Next(garbled.Length)] = (byte)random.Next(256);
            var read = DnsMessage.Read(garbled, question);
            Assert.True(read is null || read.Value.Addresses.Length == 0 || garbled.Length == reply.Length);
        }

        for (var length = question.Length; length < reply.Length; length++)
            Assert.Equal(ReplyKind.Failed, DnsMessage.Read(reply.AsSpan(0, length), question)!.Value.Kind);
    }

    private static byte[] ReplyTo(byte[] question) =>
    [
        .. question[..2], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. question[12..],
        0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1,
    ];
}
