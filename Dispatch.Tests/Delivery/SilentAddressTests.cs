using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Dispatch.Delivery.Targets;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Scenario 27 of reliability.md: some addresses of a host do not answer, refuse, or cannot be reached.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SilentAddressTests : SenderTest
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.77")]
    [InlineData("::1")]
    public async Task A_first_address_that_swallows_packets_costs_a_quarter_of_a_second(string silent)
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var first = new SilentAddress(silent, receiver.Port);
        using var sender = Sender(resolve: (_, _, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(silent), IPAddress.Loopback]));

        var report = await sender.SendAsync(Request(new($"http://two.example:{receiver.Port}/")), Ct);

        Assert.True(report.Outcome.Succeeded, report.Outcome.Error);
        Assert.InRange(report.DurationMs, 200, 500);
    }

    [Fact]
    public async Task Three_silent_addresses_cost_three_quarters_of_a_second()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        string[] silent = ["127.0.0.77", "127.0.0.78", "::1"];
        var addresses = silent.Select(address => new SilentAddress(address, receiver.Port)).ToArray();
        using var sender = Sender(resolve: (_, _, _) =>
            Task.FromResult<IPAddress[]>([.. silent.Select(IPAddress.Parse), IPAddress.Loopback]));

        var report = await sender.SendAsync(Request(new($"http://four.example:{receiver.Port}/")), Ct);

        Assert.True(report.Outcome.Succeeded, report.Outcome.Error);
        Assert.InRange(report.DurationMs, 700, 1_200);
        foreach (var address in addresses) address.Dispose();
    }

    [Fact]
    public async Task An_address_that_refuses_costs_nothing()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender(resolve: (_, _, _) => Task.FromResult<IPAddress[]>(
            [IPAddress.Parse("127.0.0.77"), IPAddress.IPv6Loopback, IPAddress.Parse("127.0.0.78"), IPAddress.Loopback]));

        var report = await sender.SendAsync(Request(new($"http://four.example:{receiver.Port}/")), Ct);

        Assert.True(report.Outcome.Succeeded, report.Outcome.Error);
        Assert.InRange(report.DurationMs, 0, 200);
    }

    [Fact]
    public async Task An_IPv4_address_in_the_form_of_an_IPv6_one_is_connected_to()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender();

        var outcome = (await sender.SendAsync(Request(new($"http://[::ffff:127.0.0.1]:{receiver.Port}/")), Ct)).Outcome;

        Assert.True(outcome.Succeeded, outcome.Error);
    }

    [Fact]
    public async Task The_attempts_that_lost_are_given_up()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var silent = new SilentAddress("127.0.0.77", receiver.Port);
        var address = new IPEndPoint(IPAddress.Parse("127.0.0.77"), receiver.Port);

        var connecting = ConnectionRace.ConnectAsync([address.Address, IPAddress.Loopback], receiver.Port, Ct);
        Assert.Equal(1, AttemptsAt(address));
        await using var connection = await connecting;

        for (var since = Stopwatch.StartNew(); AttemptsAt(address) > 0; await Task.Delay(5, Ct))
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(5), "The silent address is still tried.");
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Of_all_failures_the_most_telling_one_is_told()
    {
        // No interface has that number.
        var unreachable = IPAddress.Parse("fe80::1%4095");
        var port = Ports.Free();

        foreach (var addresses in (IPAddress[][])[[unreachable, IPAddress.Loopback], [IPAddress.Loopback, unreachable]])
        {
            var failure = await Assert.ThrowsAsync<SocketException>(() => ConnectionRace.ConnectAsync(addresses, port, Ct));
            Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        }
    }

    private static int AttemptsAt(IPEndPoint address) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.RemoteEndPoint.Equals(address) && connection.State == TcpState.SynSent);
}
