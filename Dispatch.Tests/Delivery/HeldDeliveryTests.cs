using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Dispatch.Delivery;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Targets;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Delivery;

/// <summary>
/// Scenario 28 of reliability.md: what the host itself lacks is nobody's failure.
/// A host that really has no descriptors is in OwnShortageTests.
/// </summary>
public sealed class HeldDeliveryTests : SenderTest
{
    private static readonly IPEndPoint Reachable = new(IPAddress.Loopback, 80);

    public static TheoryData<string, string> Shortages => new()
    {
        { "descriptors", "file descriptors" },
        { "ports", "local ports" },
        { "thread", "memory or threads" },
        { "buffers", "memory or threads" },
        { "file", "file descriptors" },
    };

    [Theory, MemberData(nameof(Shortages))]
    public async Task A_delivery_that_the_host_lacked_something_for_is_one_attempt_when_it_is_there(string shortage, string named)
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        var tries = 0;
        using var sender = Sender(resolve: (_, _, _) =>
            ++tries <= 2 ? throw Failure(shortage) : Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        await using var rig = await RunnerRig.StartAsync(sender);
        var job = await rig.InsertAsync($"http://hook.example:{receiver.Port}/");

        Assert.Same(AttemptEnd.Finished, await rig.RunAsync(job));

        var attempt = Assert.Single(await rig.Store.AttemptsAsync(job.Id));
        Assert.Equal((AttemptStatus.Success, 1, 3), (attempt.Status, attempt.Number, tries));
        Assert.Equal(JobStatus.Success, (await rig.Store.ReadAsync(job.Id)).Status);
        Assert.Single(receiver.Requests);
        Assert.Contains($"Warning: This host has run out of {named}, ", Assert.Single(rig.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shortage_is_logged_once_and_its_end_when_nobody_has_met_it_for_a_while()
    {
        var (clock, log) = (new FakeTimeProvider(), new LineLog());
        using var factory = new LoggerFactory([log]);
        using var held = new HeldDeliveries(new Descriptors(1024), clock, factory.CreateLogger<HeldDeliveries>());

        await held.WaitAsync(HostShortage.Descriptors, tries: 0, TestContext.Current.CancellationToken);
        held.DeliveryEnded();
        await held.WaitAsync(HostShortage.Descriptors, tries: 1, TestContext.Current.CancellationToken);
        var line = Assert.Single(log.Lines);
        Assert.Contains("which is 1,024 (ulimit -n, LimitNOFILE), or lower Delivery:MaxConcurrency", line, StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromSeconds(5));
        held.DeliveryEnded();
        held.DeliveryEnded();
        Assert.Equal([line, "Information: This host has enough file descriptors again"], log.Lines);
    }

    /// <summary>Without the signal this would take a second.</summary>
    [Fact]
    public async Task The_end_of_another_delivery_ends_the_wait()
    {
        using var factory = new LoggerFactory();
        using var held = new HeldDeliveries(new Descriptors(1024), TimeProvider.System, factory.CreateLogger<HeldDeliveries>());
        var since = Stopwatch.GetTimestamp();

        var waiting = held.WaitAsync(HostShortage.Ports, tries: 10, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        held.DeliveryEnded();
        await waiting;

        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalMilliseconds, 0, 900);
    }

    [Fact]
    public async Task A_delivery_that_is_held_while_the_host_ends_is_sent_by_the_next_start()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        var isHeld = new TaskCompletionSource();
        var isShort = true;
        using var sender = Sender(resolve: (_, _, _) =>
        {
            if (!isShort) return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
            isHeld.TrySetResult();
            throw Failure("descriptors");
        });
        await using var rig = await RunnerRig.StartAsync(sender);
        var job = await rig.InsertAsync($"http://hook.example:{receiver.Port}/");
        var running = rig.RunAsync(job);
        await isHeld.Task.WaitAsync(Ample, TestContext.Current.CancellationToken);

        rig.Shutdown.StopClaiming();
        Assert.False(running.IsCompleted);   // it still has the time that deliveries on the wire have
        rig.Shutdown.Abort();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(receiver.Requests);
        await rig.Store.StartHostAsync();
        await rig.Store.RecoverAsync();
        var recovered = await rig.Store.ReadAsync(job.Id);
        Assert.Equal((JobStatus.Scheduled, 0), (recovered.Status, recovered.RetryCount));   // the ladder is where it was
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused)]
    [InlineData(SocketError.ConnectionReset)]
    [InlineData(SocketError.ConnectionAborted)]
    [InlineData(SocketError.HostUnreachable)]
    [InlineData(SocketError.HostDown)]
    [InlineData(SocketError.NetworkUnreachable)]
    [InlineData(SocketError.NetworkDown)]
    [InlineData(SocketError.TimedOut)]
    [InlineData(SocketError.AccessDenied)]
    [InlineData(SocketError.ProtocolNotSupported)]
    [InlineData(SocketError.HostNotFound)]
    [InlineData(SocketError.TryAgain)]
    public void What_others_can_cause_is_no_shortage(SocketError error)
    {
        var failure = new HttpRequestException("", new SocketException((int)error));

        Assert.Null(HostShortages.Find(failure));
        Assert.Null(HostShortages.FindAtConnect(new((int)error), Reachable));
    }

    [Fact]
    public void A_certificate_that_is_not_trusted_is_no_shortage() =>
        Assert.Null(HostShortages.Find(new HttpRequestException("", new AuthenticationException("The certificate is not trusted."))));

    /// <summary>Where IPv6 is off, every connection to such an address fails with the code of a shortage of ports.</summary>
    [Fact]
    public void An_address_that_this_host_has_no_way_to_is_no_shortage_of_ports()
    {
        var failure = new SocketException((int)SocketError.AddressNotAvailable);

        Assert.Equal(HostShortage.Ports, HostShortages.FindAtConnect(failure, Reachable));
        Assert.Null(HostShortages.FindAtConnect(failure, new(IPAddress.Parse("fe80::1"), 80)));   // no interface is named
    }

    [Fact]
    public async Task A_shortage_at_one_address_of_a_name_is_not_covered_by_the_refusal_of_the_next()
    {
        using var sender = Sender(resolve: (_, _, _) => throw new HttpRequestException("", Failure("descriptors")));

        var report = await sender.SendAsync(Request(new("http://hook.example/")), TestContext.Current.CancellationToken);

        Assert.Equal(new DeliveryOutcome.HeldBack(HostShortage.Descriptors), report.Outcome);
    }

    [Theory]
    [InlineData(null, 4096, 4096)]
    [InlineData(1_048_576, 4096, 4096)]
    [InlineData(1024, 4096, 128)]
    [InlineData(1024, 100, 100)]
    [InlineData(64, 4096, 16)]
    public void Deliveries_have_fewer_places_where_descriptors_are_few(int? limit, int wanted, int places)
    {
        var descriptors = new Descriptors(limit);

        Assert.Equal(places, descriptors.PlacesFor(wanted));
        Assert.True(descriptors.ConnectionsToKeep(wanted) >= places);
    }

    [Fact]
    public async Task Connections_are_not_kept_where_descriptors_are_few()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        var options = new DeliveryOptions();
        using var sender = new WebhookSender(
            options, new(options, openLoopback: true), TimeProvider.System, descriptors: new(Limit: 0));
        await using var hanging = new HostileReceiver(connection => connection.HangAsync());
        using var enough = new CancellationTokenSource();
        var others = Enumerable.Range(0, 16).Select(_ => sender.SendAsync(Request(hanging.Url), enough.Token)).ToArray();

        Assert.True((await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken)).Outcome.Succeeded);

        Assert.Contains("Connection: close", Assert.Single(receiver.Requests), StringComparison.Ordinal);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(others));
    }

    private static Exception Failure(string shortage) => shortage switch
    {
        "descriptors" => new SocketException((int)SocketError.TooManyOpenSockets),
        "ports" => new HostShortageException(HostShortage.Ports, new SocketException((int)SocketError.AddressNotAvailable)),
        "thread" => new TaskSchedulerException(new InsufficientMemoryException()),
        "buffers" => new SocketException((int)SocketError.NoBufferSpaceAvailable),
        _ => new IOException("Too many open files", 24),
    };
}
