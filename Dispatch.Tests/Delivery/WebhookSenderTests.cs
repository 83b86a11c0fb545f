using System.IO.Compression;
using System.Text;
using Dispatch.Delivery.Http;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Delivery;

/// <summary>What goes out, and what is made of an answer.</summary>
public sealed class WebhookSenderTests : SenderTest
{
    [Fact]
    public async Task Request_on_the_wire_is_exactly_the_documented_one()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK", "thanks"));
        var request = Request(receiver.Url);
        using var sender = Sender();

        var report = await sender.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(new DeliveryOutcome.Delivered(200, "thanks"), report.Outcome);
        var (head, body) = Split(Assert.Single(receiver.Requests));
        Assert.Equal(Encoding.Latin1.GetString(request.Body.Span), body);
        Assert.Equal("POST /hook?a=1 HTTP/1.1", head[0]);
        Assert.Equivalent(
            new[]
            {
                $"Host: 127.0.0.1:{receiver.Port}",
                $"User-Agent: Dispatch/{typeof(WebhookSender).Assembly.GetName().Version!.ToString(3)}",
                "Content-Type: application/json",
                $"Content-Length: {request.Body.Length}",
                $"x-dispatch-signature: {request.Signature.DispatchSignature}",
                $"webhook-id: {request.JobId}",
                $"webhook-timestamp: {request.FiredAtMs / 1000}",
                $"webhook-signature: {request.Signature.StandardSignature}",
            },
            head[1..],
            strict: true);
    }

    [Fact]
    public async Task Report_carries_the_times_of_the_attempt()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        var request = Request(receiver.Url) with { FiredAtMs = 1_765_703_400_123 };
        using var sender = Sender();
        var before = TimeProvider.System.NowMs();

        var report = await sender.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(1_765_703_400_123, report.FiredAtMs);
        Assert.InRange(report.EndedAtMs, before, TimeProvider.System.NowMsRoundedUp());
        Assert.InRange(report.DurationMs, 0, TimeProvider.System.NowMs() - before + 1);
    }

    [Theory]
    [InlineData("200 OK")]
    [InlineData("201 Created")]
    [InlineData("204 No Content")]
    [InlineData("299 Whatever")]
    public async Task Any_2xx_is_success(string status)
    {
        var framing = status == "204 No Content" ? "" : "Content-Length: 0\r\n";
        await using var receiver = HostileReceiver.Answering($"HTTP/1.1 {status}\r\n{framing}\r\n");

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.Equal(new DeliveryOutcome.Delivered(int.Parse(status[..3]), ""), outcome);
        Assert.True(outcome.Succeeded);
        Assert.Null(outcome.Error);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(300)]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(999)]
    public async Task Any_other_status_is_a_failure(int status)
    {
        await using var receiver = HostileReceiver.AfterRequest(connection => connection.SendAsync(Answer($"{status} Sorry")));

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.Equal(new DeliveryOutcome.Rejected(status, ""), outcome);
        Assert.False(outcome.Succeeded);
        Assert.Contains(status.ToString(), outcome.Error, StringComparison.Ordinal);
        Assert.Single(receiver.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_is_not_followed(int status)
    {
        await using var elsewhere = HostileReceiver.Answering(Answer("200 OK"));
        await using var receiver = HostileReceiver.Answering(Answer($"{status} Moved", "look there", $"Location: {elsewhere.Url}\r\n"));

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.Equal(new DeliveryOutcome.Rejected(status, "look there"), outcome);
        Assert.Equal($"The receiver answered {status}; redirects are not followed.", outcome.Error);
        Assert.Equal(0, elsewhere.Connections);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Body_of_a_rejection_is_kept_too()
    {
        await using var receiver = HostileReceiver.Answering(Answer("422 Unprocessable", "<script>alert(1)</script>"));

        Assert.Equal(new DeliveryOutcome.Rejected(422, "<script>alert(1)</script>"), (await SendAsync(receiver)).Outcome);
    }

    [Fact]
    public async Task Nul_and_invalid_utf8_become_text_that_any_database_takes()
    {
        // Latin-1 spells the bytes.
        await using var receiver = HostileReceiver.Answering(Answer("200 OK", "a\0b\u00ffc\u00f0\u009f\u0090\u0098d\u00c3"));

        Assert.Equal("ab\ufffdc🐘d\ufffd", (await SendAsync(receiver)).Outcome.ResponseBody);
    }

    [Fact]
    public async Task Compressed_answer_is_not_decoded()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(new byte[1_000_000]);
        await using var receiver = HostileReceiver.Answering(
            Answer("200 OK", Encoding.Latin1.GetString(packed.ToArray()), "Content-Encoding: gzip\r\n"));

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.True(outcome.Succeeded);
        Assert.StartsWith("\u001f\ufffd\b", outcome.ResponseBody, StringComparison.Ordinal);
        Assert.DoesNotContain("Accept-Encoding", Assert.Single(receiver.Requests), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK", headers: "Set-Cookie: tenant=one\r\n"));
        using var sender = Sender();

        await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken);
        await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken);

        Assert.Equal(2, receiver.Requests.Count);
        Assert.All(receiver.Requests, request => Assert.DoesNotContain("cookie", request, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Content-Length")]
    [InlineData("chunked")]
    public async Task Connection_is_kept_for_the_next_delivery(string framing)
    {
        await using var receiver = HostileReceiver.Answering(framing == "chunked"
            ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
            : Answer("200 OK", "ok"));
        using var sender = Sender();

        for (var delivery = 0; delivery < 20; delivery++)
        {
            Assert.Equal("ok", (await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken)).Outcome.ResponseBody);
        }

        Assert.Equal(20, receiver.Requests.Count);
        Assert.Equal(1, receiver.Connections);
    }

    [Theory]
    [InlineData(ResponseBodyReader.MaxStoredBytes - 1, "Content-Length")]
    [InlineData(ResponseBodyReader.MaxStoredBytes, "Content-Length")]
    [InlineData(ResponseBodyReader.MaxStoredBytes, "chunked")]
    public async Task Body_that_fits_is_kept_whole_and_unmarked(int length, string framing)
    {
        var body = new string('x', length);
        await using var receiver = HostileReceiver.Answering(framing == "chunked"
            ? $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
            : Answer("200 OK", body));

        Assert.Equal(new DeliveryOutcome.Delivered(200, body), (await SendAsync(receiver)).Outcome);
    }

    [Theory]
    [InlineData("x", ResponseBodyReader.MaxStoredBytes)]
    [InlineData("🐘", ResponseBodyReader.MaxStoredBytes)]
    [InlineData("a€", ResponseBodyReader.MaxStoredBytes)]   // 4 + n * 3 bytes do not end at 16 KiB
    public async Task Longer_body_is_cut_between_characters_and_marked(string pattern, int keptBytes)
    {
        var text = "x" + string.Concat(Enumerable.Repeat(pattern, 300_000));
        var bytes = Encoding.UTF8.GetBytes(text);
        await using var receiver = HostileReceiver.AfterRequest(connection => connection.SendAsync(
            [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\n\r\n"), .. bytes]));

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.True(outcome.Succeeded);
        Assert.EndsWith(ResponseBodyReader.CutMark, outcome.ResponseBody, StringComparison.Ordinal);
        var kept = outcome.ResponseBody![..^ResponseBodyReader.CutMark.Length];
        Assert.StartsWith(kept, text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(kept), keptBytes - 3, keptBytes);
    }

    private static (string[] Head, string Body) Split(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (request[..end].Split("\r\n"), request[(end + 4)..]);
    }
}
