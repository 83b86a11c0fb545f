using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Receivers that close a connection which was kept for the next delivery.</summary>
public sealed class KeptConnectionTests : SenderTest
{
    [Fact]
    public async Task Connection_closed_after_the_second_request_fails_it_without_sending_it_again()
    {
        await using var receiver = new HostileReceiver(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Answer("200 OK"));
            if (connection.Number == 1) await connection.ReadRequestAsync();
        });
        using var sender = Sender();

        var first = await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken);
        var second = await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken);

        Assert.True(first.Outcome.Succeeded);
        AssertBroken(second, "The receiver closed the connection before its answer was complete.");
        Assert.Equal(2, receiver.Requests.Count);
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Connection_that_the_receiver_closed_while_idle_is_not_used()
    {
        var closed = new TaskCompletionSource();
        await using var receiver = new HostileReceiver(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Answer("200 OK"));
            connection.Socket.Close();
            closed.TrySetResult();
        });
        using var sender = Sender();

        Assert.True((await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken)).Outcome.Succeeded);
        await closed.Task.WaitAsync(Ample, TestContext.Current.CancellationToken);
        Assert.True((await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken)).Outcome.Succeeded);

        Assert.Equal(2, receiver.Requests.Count);
    }
}
