using System.Globalization;
using Dispatch.Delivery.Http;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>
/// Receivers that break off, stall, flood or talk nonsense: a failed attempt each, one request each, never later than the limit.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class HostileReceiverTests : SenderTest
{
    private static readonly byte[] Flood = [.. Enumerable.Repeat((byte)'x', 64 * 1024)];

    [Fact]
    public async Task Receiver_that_never_answers_fails_at_the_limit()
    {
        await using var receiver = HostileReceiver.AfterRequest(connection => connection.HangAsync());

        var report = await SendAsync(receiver, Limit);

        AssertTimedOut(report, null);
        Assert.Equal("No answer within 0.7 s.", report.Outcome.Error);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Receiver_that_does_not_even_read_fails_at_the_limit()
    {
        await using var receiver = new HostileReceiver(connection => connection.HangAsync());

        AssertTimedOut(await SendAsync(receiver, Limit), null);
    }

    [Fact]
    public async Task Status_line_that_trickles_fails_at_the_limit()
    {
        await using var receiver = HostileReceiver.AfterRequest(connection =>
            TrickleAsync(connection, Answer("200 OK", headers: $"x: {new string('y', 2000)}\r\n")));

        AssertTimedOut(await SendAsync(receiver, Limit), null);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Body_that_trickles_fails_at_the_limit_with_what_had_come()
    {
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
            await TrickleAsync(connection, new string('y', 5000));
        });

        var report = await SendAsync(receiver, Limit);

        AssertTimedOut(report, 200);
        Assert.Matches("^y+$", report.Outcome.ResponseBody);
        Assert.Equal("The answer was not complete within 0.7 s.", report.Outcome.Error);
        Assert.Single(receiver.Requests);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(500, false)]
    public async Task Endless_body_is_read_no_further_than_it_is_kept(int status, bool succeeded)
    {
        var sent = 0L;
        var refused = new TaskCompletionSource();
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            await connection.SendAsync($"HTTP/1.1 {status} Endless\r\n\r\n");
            try
            {
                for (; ; sent += Flood.Length) await connection.SendAsync(Flood);
            }
            finally
            {
                refused.SetResult();
            }
        });

        var outcome = (await SendAsync(receiver)).Outcome;
        await refused.Task.WaitAsync(Ample, TestContext.Current.CancellationToken);   // the connection was closed, not drained

        Assert.Equal(succeeded, outcome.Succeeded);
        Assert.Equal(status, outcome.ResponseCode);
        Assert.Equal(new string('x', ResponseBodyReader.MaxStoredBytes) + ResponseBodyReader.CutMark, outcome.ResponseBody);
        Assert.InRange(sent, 0, 16 * 1024 * 1024);   // what socket buffers hold
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Body_that_stalls_after_16_KiB_is_success_at_once()
    {
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            await connection.SendAsync(
                $"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{new string('x', ResponseBodyReader.MaxStoredBytes)}");
            await connection.HangAsync();
        });

        var report = await SendAsync(receiver);

        Assert.Equal(
            new DeliveryOutcome.Delivered(200, new string('x', ResponseBodyReader.MaxStoredBytes) + ResponseBodyReader.CutMark),
            report.Outcome);
        Assert.InRange(report.DurationMs, 0, 5_000);
    }

    [Theory]
    [InlineData("x: y\r\n")]
    [InlineData("xxxxxxxxxx")]
    public async Task Endless_headers_are_refused(string piece)
    {
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\n");
            var flood = string.Concat(Enumerable.Repeat(piece, 1000));
            while (true) await connection.SendAsync(flood);
        });

        AssertBroken(await SendAsync(receiver), "The headers of the receiver's answer are longer than 16 KB.");
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Flood_of_1xx_answers_ends_at_the_limit()
    {
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            var flood = string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 100));
            while (true) await connection.SendAsync(flood);
        });

        var report = await SendAsync(receiver, Limit);

        Assert.False(report.Outcome.Succeeded);
        Assert.NotNull(report.Outcome.Error);
        Assert.InRange(report.DurationMs, 0, (long)Limit.TotalMilliseconds + 500);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Reset_at_accept_is_a_failure()
    {
        await using var receiver = new HostileReceiver(connection => connection.ResetAsync());

        Assert.IsType<DeliveryOutcome.Broken>((await SendAsync(receiver)).Outcome);
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Reset_after_the_request_is_a_failure()
    {
        await using var receiver = HostileReceiver.AfterRequest(connection => connection.ResetAsync());

        AssertBroken(await SendAsync(receiver), "The receiver reset the connection.");
        Assert.Single(receiver.Requests);
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Close_without_an_answer_is_a_failure()
    {
        await using var receiver = HostileReceiver.AfterRequest(_ => Task.CompletedTask);

        AssertBroken(await SendAsync(receiver), "The receiver closed the connection before its answer was complete.");
        Assert.Single(receiver.Requests);
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Close_amid_the_body_is_a_failure_that_keeps_what_had_come()
    {
        await using var receiver = HostileReceiver.AfterRequest(connection =>
            connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"));

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.Equal(
            new DeliveryOutcome.Broken("The receiver closed the connection before its answer was complete.", 200, "half of it"), outcome);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Reset_amid_the_body_is_a_failure()
    {
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            await connection.ResetAsync();
        });

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.IsType<DeliveryOutcome.Broken>(outcome);   // a RST may overtake the status that was sent before it
        Assert.Single(receiver.Requests);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/7.5 200 OK\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon here\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")]
    public async Task Nonsense_instead_of_http_is_a_failure(string nonsense)
    {
        await using var receiver = HostileReceiver.AfterRequest(connection => connection.SendAsync(nonsense));

        var outcome = Assert.IsType<DeliveryOutcome.Broken>((await SendAsync(receiver)).Outcome);

        Assert.Equal("The receiver's answer is not valid HTTP/1.1.", outcome.Error);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_body_that_is_not_read_is_not_written_beyond_the_limit()
    {
        await using var receiver = new HostileReceiver(connection => connection.HangAsync());
        using var sender = Sender(Limit);

        // More than sockets hold.
        var report = await sender.SendAsync(
            Request(receiver.Url) with { Body = new byte[64 * 1024 * 1024] }, TestContext.Current.CancellationToken);

        AssertTimedOut(report, code: null);
    }

    [Fact]
    public async Task Abort_leaves_as_cancellation_not_as_a_failed_attempt()
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var receiver = HostileReceiver.AfterRequest(async connection =>
        {
            await abort.CancelAsync();
            await connection.HangAsync();
        });
        using var sender = Sender();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(Request(receiver.Url), abort.Token));

        Assert.Single(receiver.Requests);
    }

    private static async Task TrickleAsync(HostileConnection connection, string text)
    {
        foreach (var character in text)
        {
            await connection.SendAsync(character.ToString(CultureInfo.InvariantCulture));
            await Task.Delay(10, connection.Stopped);
        }
    }

    private static void AssertTimedOut(AttemptReport report, int? code)
    {
        Assert.IsType<DeliveryOutcome.TimedOut>(report.Outcome);
        Assert.False(report.Outcome.Succeeded);
        Assert.Equal(code, report.Outcome.ResponseCode);
        Assert.InRange(report.DurationMs, (long)Limit.TotalMilliseconds - 20, (long)Limit.TotalMilliseconds + 500);
    }
}
