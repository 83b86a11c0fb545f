using System.Net;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Targets;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>The case <c>half-a-name-server</c>: deliveries whose names are looked up at a name server with faults.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class HalfANameServerTests : SenderTest
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_packet_costs_a_second_and_no_attempt()
    {
        await using var names = new NameServer(question => question.Number < 2 ? null : question.Addresses("127.0.0.1"));

        var report = await SendToNameAsync(names);

        Assert.True(report.Outcome.Succeeded, report.Outcome.Error);
        Assert.InRange(report.DurationMs, 900, 2_000);
    }

    [Fact]
    public async Task A_server_that_never_answers_for_IPv6_costs_no_attempt()
    {
        await using var names = new NameServer(question => question.IsIPv6 ? null : question.Addresses("127.0.0.1"));

        var report = await SendToNameAsync(names);

        Assert.True(report.Outcome.Succeeded, report.Outcome.Error);
        Assert.InRange(report.DurationMs, 0, 600);
    }

    [Fact]
    public async Task A_private_address_of_either_family_refuses_all()
    {
        await using var names = new NameServer(question => question.Addresses("127.0.0.1", "::1"));

        var report = await SendToNameAsync(names, allowed: "127.0.0.1/32");

        Assert.Equal(new DeliveryOutcome.NotAllowed(), report.Outcome);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_name_that_the_server_does_not_know_is_a_failure_at_once(int code)
    {
        await using var names = new NameServer(_ => new NameReply { Code = code });

        var report = await SendToNameAsync(names);

        Assert.Equal("The host name could not be resolved.", report.Outcome.Error);
        Assert.InRange(report.DurationMs, 0, 600);
    }

    [Fact]
    public async Task A_server_that_never_answers_fails_the_attempt_after_5_seconds()
    {
        await using var names = new NameServer(_ => null);

        var report = await SendToNameAsync(names);

        Assert.Equal("No connection within 5 s.", report.Outcome.Error);
        Assert.InRange(names.Questions.Count, 6, 8);   // both families, at 0, 1 and 3 s
    }

    private static async Task<AttemptReport> SendToNameAsync(NameServer names, string allowed = "127.0.0.0/8")
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        var options = new DeliveryOptions
        {
            Timeout = Ample, NameServers = [names.EndPoint], AllowedNetworks = [IPNetwork.Parse(allowed)]
        };
        using var sender = new WebhookSender(options, new TargetGuard(options, openLoopback: false), TimeProvider.System);
        return await sender.SendAsync(Request(new($"http://hooks.example:{receiver.Port}/")), Ct);
    }
}
