using System.Net;
using Dispatch.Delivery;
using Dispatch.Delivery.Http;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

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
        using var sender = Sender(resolve: (_, _) =>
        {
            isOurs = false;
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        var request = Request(new($"http://hook.example:{receiver.Port}/")) with { Body = new byte[payloadBytes] };

        Assert.Equal(
            new DeliveryOutcome.NotSent(),
            (await sender.SendAsync(request, () => isOurs, TestContext.Current.CancellationToken)).Outcome);

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
            (await sender.SendAsync(lost, () => false, TestContext.Current.CancellationToken)).Outcome);
        Assert.True((await sender.SendAsync(next, () => true, TestContext.Current.CancellationToken)).Outcome.Succeeded);

        Assert.Equal([$"{kept.JobId}", $"{next.JobId}"], receiver.Requests.Select(request => request.Split("webhook-id: ")[1][..36]));
    }

    [Fact]
    public async Task Nothing_is_recorded_of_an_attempt_that_was_not_made()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        var secrets = new SigningSecrets(new EphemeralDataProtectionProvider());
        await using (var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            var cipher = secrets.CreateCipher();
            await db.Projects.ExecuteUpdateAsync(
                set => set.SetProperty(p => p.SecretCipher, cipher), TestContext.Current.CancellationToken);
        }

        var lease = new Lease(new DatabaseOptions { Provider = DatabaseProvider.Postgres }, rig.Clock);
        var losing = false;
        using var sender = Sender(resolve: (_, _) =>
        {
            if (losing) lease.Lose();
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        using var shutdown = new Shutdown();
        using var preciseTimer = new PreciseTimer(rig.Clock);
        var options = new DeliveryOptions();
        var runner = new DeliveryRunner(
            rig.Commits, new DeliveryLimiters(options), sender, new RetryLadder(options), secrets, lease, shutdown, preciseTimer,
            rig.Clock, NullLogger<DeliveryRunner>.Instance);
        async Task<Job> RunAsync()
        {
            var url = $"http://{Guid.NewGuid():N}.example:{receiver.Port}/";   // a connection of its own each
            var job = await rig.InsertAsync(rig.Now);
            await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
            await db.Jobs.Where(j => j.Id == job.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.WebhookUrl, url), TestContext.Current.CancellationToken);
            Assert.Same(
                AttemptEnd.Finished,
                await runner.RunAsync(
                    new Alarm(
                        job.Id, job.AccountId, rig.ProjectId, Alarm.DestinationOf(url), job.FireAt, IsRetry: false, Attempt: 0,
                        Generation: 0),
                    CancellationToken.None));
            return await rig.ReadAsync(job.Id);
        }

        var sent = await RunAsync();
        Assert.Equal((JobStatus.Success, 1, 1), (sent.Status, (await rig.AttemptsAsync(sent.Id)).Count, receiver.Requests.Count));

        losing = true;
        var lost = await RunAsync();
        // It stays FIRING, for whoever takes it over.
        Assert.Equal((JobStatus.Firing, 0, 1), (lost.Status, (await rig.AttemptsAsync(lost.Id)).Count, receiver.Requests.Count));
    }
}
