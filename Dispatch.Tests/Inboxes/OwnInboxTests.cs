using System.Net;
using System.Text.Json;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Names;
using Dispatch.Delivery.Targets;
using Dispatch.Settings;
using Dispatch.Tests.Delivery;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Inboxes;

/// <summary>In Production, where the loopback is closed: the own inbox is reached, and nothing else through it.</summary>
public sealed class OwnInboxTests : SenderTest
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task In_production_a_job_to_the_own_inbox_is_delivered_and_the_rest_of_the_host_is_refused()
    {
        await using var canary = HostileReceiver.Answering(Answer("200 OK"));
        await using var host = await TestHost.StartAsync("--environment=Production", "--Delivery:MaxAttempts=1");
        using var user = await InboxUser.SignUpAsync(host.Url);
        Assert.StartsWith(host.Url + "/in/", user.Url, StringComparison.Ordinal);
        var port = new Uri(host.Url).Port;
        var token = user.Url[^32..];

        await user.Api.JobWhenAsync(await user.ScheduleAsync(user.Url), "SUCCESS");
        await user.Api.JobWhenAsync(await user.ScheduleAsync($"http://localhost:{port}/in/{token}?from=a-name"), "SUCCESS");
        var unknown = await user.Api.JobWhenAsync(await user.ScheduleAsync($"{host.Url}/in/{Token}"), "DEAD");
        Assert.Equal(404, unknown.GetProperty("logs")[0].GetProperty("responseCode").GetInt32());
        Assert.Equal(2, (await user.RequestsAsync()).Length);

        foreach (var url in (string[])
        [
            host.Url + "/", $"{host.Url}/health/live", $"{host.Url}/hangfire",
            $"{host.Url}/in/", $"{host.Url}/in/{token}/", $"{host.Url}/in/{token}/../../health/live",
            $"{host.Url}/in/{token.ToUpperInvariant()}", $"{host.Url}/in/{token}%2f..%2fhealth", $"{host.Url}/x/in/{token}",
            $"http://127.0.0.1:{canary.Port}/in/{token}", $"http://127.0.0.2:{port}/in/{token}",
            $"http://[::1]:{port}/in/{token}", $"https://127.0.0.1:{port}/in/{token}",
        ])
        {
            using var refused = await user.Api.PostJobAsync(url, DateTimeOffset.UtcNow.AddSeconds(5));
            Assert.True(refused.StatusCode == HttpStatusCode.BadRequest, url);
            Assert.Contains(
                "destination_not_allowed",
                await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        Assert.Equal(0, canary.Connections);
    }

    [Fact]
    public async Task A_public_address_is_delivered_to_without_leaving_the_machine()
    {
        // Neither name has an address, nor does anyone here speak https: only the own socket can have answered.
        await using var host = await TestHost.StartAsync(
            "--environment=Production", "--Delivery:MaxAttempts=1", "--Dispatch:PublicUrl=https://dispatch.invalid/base");
        using var user = await InboxUser.SignUpAsync(host.Url);
        Assert.StartsWith("https://dispatch.invalid/base/in/", user.Url, StringComparison.Ordinal);

        await user.Api.JobWhenAsync(await user.ScheduleAsync(user.Url), "SUCCESS");
        var request = Assert.Single(await user.RequestsAsync());
        Assert.Equal("Valid", request.GetProperty("signature").GetString());
        Assert.Contains(
            request.GetProperty("headers").EnumerateArray(),
            header => header.GetProperty("value").GetString() == "dispatch.invalid");

        foreach (var url in (string[])
        [
            "https://dispatch.invalid/base/health/live",
            user.Url.Replace("/base", "", StringComparison.Ordinal),
            user.Url.Replace("https", "http", StringComparison.Ordinal)
        ])
        {
            var dead = await user.Api.JobWhenAsync(await user.ScheduleAsync(url), "DEAD");
            Assert.Equal(JsonValueKind.Null, dead.GetProperty("logs")[0].GetProperty("responseCode").ValueKind);
        }
    }

    [Fact]
    public async Task A_name_that_leads_to_this_host_opens_nothing_and_a_name_of_this_host_that_leads_elsewhere_is_not_followed()
    {
        await using var own = HostileReceiver.Answering(Answer("200 OK"));
        await using var elsewhere = new HostileReceiver(
            connection => connection.HangAsync(), address: IPAddress.Parse("127.0.0.2"), port: own.Port);
        var inbox = new OwnInbox(new DispatchOptions { PublicUrl = new Uri($"http://dispatch.example:{own.Port}") });
        inbox.Listen([$"http://127.0.0.1:{own.Port}"]);
        // Every name leads to the address that the test plays "elsewhere" with, and to this host.
        ResolveHost resolve = (host, _, _) => Task.FromResult<IPAddress[]>(
            [host == "evil.example" ? IPAddress.Loopback : IPAddress.Parse("127.0.0.2")]);
        var options = new DeliveryOptions { Timeout = Ample };
        using var sender = new WebhookSender(options, new TargetGuard(options, openLoopback: false), TimeProvider.System, resolve, inbox);

        var pointed = (await sender.SendAsync(
            Request(new($"http://evil.example:{own.Port}/in/{Token}")), TestContext.Current.CancellationToken)).Outcome;
        Assert.Equal(TargetGuard.NotAllowed, pointed.Error);
        Assert.Equal(0, own.Connections);

        var rebound = (await sender.SendAsync(
            Request(new($"http://dispatch.example:{own.Port}/in/{Token}")), TestContext.Current.CancellationToken)).Outcome;
        Assert.True(rebound.Succeeded);
        Assert.Equal(0, elsewhere.Connections);
        Assert.StartsWith($"POST /in/{Token} HTTP/1.1", Assert.Single(own.Requests), StringComparison.Ordinal);

        // The connection to the inbox is open now; it must not be lent to another path.
        foreach (var url in (string[])[$"http://127.0.0.1:{own.Port}/hangfire", $"http://dispatch.example:{own.Port}/hangfire"])
        {
            Assert.Equal(
                TargetGuard.NotAllowed,
                (await sender.SendAsync(Request(new(url)), TestContext.Current.CancellationToken)).Outcome.Error);
        }

        Assert.Single(own.Requests);
    }

    [Fact]
    public async Task A_delivery_waits_for_the_server_to_start()
    {
        await using var own = HostileReceiver.Answering(Answer("200 OK"));
        var inbox = new OwnInbox(new DispatchOptions());
        var options = new DeliveryOptions { Timeout = Ample };
        using var sender = new WebhookSender(options, new TargetGuard(options, openLoopback: false), TimeProvider.System, ownInbox: inbox);

        var sending = sender.SendAsync(Request(new($"http://127.0.0.1:{own.Port}/in/{Token}")), TestContext.Current.CancellationToken);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);
        inbox.Listen([$"http://127.0.0.1:{own.Port}"]);
        Assert.True((await sending).Outcome.Succeeded);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5080", true)]
    [InlineData("http://127.0.0.1:5080", "http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", "http://LOCALHOST:5080", true)]
    [InlineData("http://127.0.0.1:5080", "http://2130706433:5080", true)]
    [InlineData("http://127.0.0.1:5080", "http://[::1]:5080", false)]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5081", false)]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1", false)]
    [InlineData("http://127.0.0.1:5080", "https://127.0.0.1:5080", false)]
    [InlineData("http://127.0.0.1:5080", "http://evil.example:5080", false)]
    [InlineData("http://localhost:5080", "http://[::1]:5080", true)]
    [InlineData("http://localhost:5080", "http://127.0.0.2:5080", false)]
    [InlineData("http://[::]:5080", "http://localhost:5080", true)]
    [InlineData("http://[::]:5080", "http://[::1]:5080", true)]
    [InlineData("http://*:5080", "http://127.0.0.1:5080", true)]
    [InlineData("http://+:5080", "http://evil.example:5080", false)]
    [InlineData("http://0.0.0.0:5080", "http://127.0.0.1:5080", true)]
    [InlineData("http://0.0.0.0:5080", "http://[::1]:5080", false)]
    [InlineData("http://0.0.0.0:5080", "http://10.255.255.254:5080", false)]
    [InlineData("http://192.168.7.7:5080", "http://localhost:5080", false)]
    [InlineData("http://192.168.7.7:5080", "http://192.168.7.7:5080", true)]
    [InlineData("http://unix:/run/dispatch.sock", "http://unix", false)]
    public void Only_addresses_that_the_server_listens_on_are_its_own(string listens, string url, bool own)
    {
        var inbox = new OwnInbox(new DispatchOptions());
        Assert.False(inbox.Is(new Uri($"{url}/in/{Token}")));   // not before it listens
        inbox.Listen([listens]);
        Assert.Equal(own, inbox.Is(new Uri($"{url}/in/{Token}")));
        Assert.False(inbox.Is(new Uri($"{url}/in/{Token}0")));
    }

    [Theory]
    [InlineData($"http://127.0.0.1:5080/in/{Token}?from=a", $"/in/{Token}")]
    [InlineData($"http://LOCALHOST:5080/in/{Token}", $"/in/{Token}")]
    [InlineData($"https://dispatch.example/base/in/{Token}", $"/in/{Token}")]
    [InlineData($"https://dispatch.example/in/{Token}", "dispatch.example:443")]
    [InlineData($"https://dispatch.example/base/in/{Token}0", "dispatch.example:443")]
    [InlineData($"http://evil.example:5080/in/{Token}", "evil.example:5080")]
    [InlineData($"http://evil.example:5080/x/in/{Token}", "evil.example:5080")]
    [InlineData($"http://[::1]:8080/in/{Token}", "[::1]:8080")]
    [InlineData("http://127.0.0.1:5080/hangfire", "127.0.0.1:5080")]
    public void An_inbox_of_this_host_is_a_destination_of_its_own_and_the_same_path_elsewhere_is_none(string url, string destination)
    {
        var inbox = new OwnInbox(new DispatchOptions { PublicUrl = new Uri("https://dispatch.example/base") });
        var alarms = Dispatch.Model.Alarm.DestinationOf(url);   // made before the server listens
        inbox.Listen(["http://127.0.0.1:5080"]);
        Assert.Equal(destination, inbox.DestinationOf(alarms));
    }
}
