using System.Net;
using Dispatch.Delivery.Http;
using Dispatch.Model;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>
/// A host that has lost its lease sends nothing of what it had claimed, however far on its way it was.
/// A whole host is paused in PausedHostTests.
/// </summary>
public sealed class NotSentDeliveryTests : SenderTest
{
    [Theory]
    [InlineData(100)]
    [InlineData(256 * 1024)]   // more than any buffer
    public async Task What_is_no_longer_ours_when_the_connection_is_there_does_not_leave(int payloadBytes)
    {
        var isOurs = true;
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender(resolve: (_, _, _) =>
        {
            isOurs = false;
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        var request = Request(new($"http://hook.example:{receiver.Port}/")) with { Body = new byte[payloadBytes] };

        Assert.Equal(
            new DeliveryOutcome.NotSent(),
            (await sender.SendAsync(request, default, () => isOurs, TestContext.Current.CancellationToken)).Outcome);

        // The receiver is there and reads: this one arrives, alone.
        Assert.True((await sender.SendAsync(request, TestContext.Current.CancellationToken)).Outcome.Succeeded);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_kept_connection_carries_nothing_of_it_either_and_what_follows_arrives_whole()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender();
        var (kept, lost, next) = (Request(receiver.Url), Request(receiver.Url), Request(receiver.Url));

        Assert.True((await sender.SendAsync(kept, TestContext.Current.CancellationToken)).Outcome.Succeeded);
        Assert.Equal(
            new DeliveryOutcome.NotSent(),
            (await sender.SendAsync(lost, default, () => false, TestContext.Current.CancellationToken)).Outcome);
        Assert.True((await sender.SendAsync(next, default, () => true, TestContext.Current.CancellationToken)).Outcome.Succeeded);

        Assert.Equal([$"{kept.JobId}", $"{next.JobId}"], receiver.Requests.Select(request => request.Split("webhook-id: ")[1][..36]));
    }

    [Fact]
    public async Task Nothing_is_recorded_of_an_attempt_that_was_not_made()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        Action? whileConnecting = null;
        using var sender = Sender(resolve: (_, _, _) =>
        {
            whileConnecting?.Invoke();
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        await using var rig = await RunnerRig.StartAsync(sender);
        async Task<(JobStatus Status, int Attempts, int Requests)> RunAsync()
        {
            var job = await rig.InsertAsync($"http://{Guid.NewGuid():N}.example:{receiver.Port}/");   // a connection of its own each
            Assert.Same(AttemptEnd.Finished, await rig.RunAsync(job));
            return ((await rig.Store.ReadAsync(job.Id)).Status, (await rig.Store.AttemptsAsync(job.Id)).Count, receiver.Requests.Count);
        }

        Assert.Equal((JobStatus.Success, 1, 1), await RunAsync());

        whileConnecting = rig.Lease.Lose;
        // It stays FIRING, for whoever takes it over.
        Assert.Equal((JobStatus.Firing, 0, 1), await RunAsync());
    }
}
