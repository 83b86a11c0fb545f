using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dispatch.Delivery.Http;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Names, addresses and TLS: where the sender connects, and where it does not.</summary>
public sealed class TargetConnectionTests : SenderTest
{
    private static readonly IPAddress Inside = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task Denied_address_sees_no_connection()
    {
        await using var canary = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender(openLoopback: false);

        var outcome = (await sender.SendAsync(Request(canary.Url), TestContext.Current.CancellationToken)).Outcome;

        AssertRefused(outcome, canary);
    }

    [Theory]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    public async Task Denied_address_sees_no_connection_in_any_spelling(string url)
    {
        await using var canary = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender(openLoopback: false);

        var outcome = (await sender.SendAsync(
            Request(new(string.Format(url, canary.Port))), TestContext.Current.CancellationToken)).Outcome;

        AssertRefused(outcome, canary);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.2")]
    [InlineData("127.0.0.2", "127.0.0.1")]
    public async Task Name_with_a_public_and_a_private_address_is_refused_whole(string one, string other)
    {
        // 127.0.0.1 plays the public address: it is opened. 127.0.0.2 is inside.
        await using var open = HostileReceiver.Answering(Answer("200 OK"));
        await using var canary = new HostileReceiver(connection => connection.HangAsync(), address: Inside, port: open.Port);
        using var sender = Sender(
            openLoopback: false,
            resolve: (_, _, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(one), IPAddress.Parse(other)]),
            allowed: "127.0.0.1/32");

        var outcome = (await sender.SendAsync(
            Request(new($"http://mixed.example:{open.Port}/")), TestContext.Current.CancellationToken)).Outcome;

        AssertRefused(outcome, canary);
        Assert.Equal(0, open.Connections);
    }

    [Fact]
    public async Task Name_that_turns_private_between_two_attempts_is_refused_at_the_second()
    {
        await using var open = HostileReceiver.Answering(Answer("200 OK", headers: "Connection: close\r\n"));
        await using var canary = new HostileReceiver(connection => connection.HangAsync(), address: Inside, port: open.Port);
        var lookups = 0;
        using var sender = Sender(
            openLoopback: false,
            resolve: (_, _, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref lookups) == 1 ? IPAddress.Loopback : Inside]),
            allowed: "127.0.0.1/32");
        var url = new Uri($"http://rebinding.example:{open.Port}/");

        var first = (await sender.SendAsync(Request(url), TestContext.Current.CancellationToken)).Outcome;
        // One look-up per connection: had the connection been made to the name, its second answer would have been taken unjudged.
        Assert.Equal(1, lookups);
        var second = (await sender.SendAsync(Request(url), TestContext.Current.CancellationToken)).Outcome;

        Assert.True(first.Succeeded);
        AssertRefused(second, canary);
        Assert.Single(open.Requests);
    }

    [Fact]
    public async Task Next_address_is_tried_when_the_first_cannot_be_reached()
    {
        await using var receiver = HostileReceiver.Answering(Answer("200 OK"));
        using var sender = Sender(resolve: (_, _, _) => Task.FromResult<IPAddress[]>([Inside, IPAddress.IPv6Loopback, IPAddress.Loopback]));

        Assert.True((await sender.SendAsync(
            Request(new($"http://three.example:{receiver.Port}/")), TestContext.Current.CancellationToken)).Outcome.Succeeded);
        Assert.Contains($"Host: three.example:{receiver.Port}", Assert.Single(receiver.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_connection_is_a_failure()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));   // bound but not listening: nobody else takes the port

        Assert.Equal("The receiver refused the connection.", (await SendToAsync($"http://{reserved.LocalEndPoint}/")).Error);
    }

    [Fact]
    public async Task Unknown_name_is_a_failure() =>
        Assert.Equal(
            new DeliveryOutcome.Broken("The host name could not be resolved.", null, null),
            await SendToAsync("http://no-such-host.invalid/"));

    [Fact]
    public async Task Name_without_addresses_is_a_failure()
    {
        using var sender = Sender(resolve: (_, _, _) => Task.FromResult<IPAddress[]>([]));

        var outcome = (await sender.SendAsync(Request(new("http://empty.example/")), TestContext.Current.CancellationToken)).Outcome;

        Assert.Equal("The host name could not be resolved.", outcome.Error);
    }

    [Fact]
    public async Task Slow_name_server_fails_the_attempt_at_the_limit()
    {
        using var sender = Sender(Limit, resolve: async (_, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return [];
        });

        var report = await sender.SendAsync(Request(new("http://slow.example/")), TestContext.Current.CancellationToken);

        Assert.Equal(new DeliveryOutcome.TimedOut(Limit, null, null), report.Outcome);
        Assert.InRange(report.DurationMs, (long)Limit.TotalMilliseconds - 20, (long)Limit.TotalMilliseconds + 500);
    }

    [Fact]
    public async Task Connecting_takes_no_longer_than_5_seconds()
    {
        using var sender = Sender(resolve: async (_, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return [];
        });

        var report = await sender.SendAsync(Request(new("http://slow.example/")), TestContext.Current.CancellationToken);

        Assert.Equal(new DeliveryOutcome.Broken("No connection within 5 s.", null, null), report.Outcome);
        Assert.InRange(report.DurationMs, 4_900, 6_000);
    }

    [Fact]
    public async Task Self_signed_certificate_is_refused()
    {
        using var key = RSA.Create(2048);
        using var certificate = Certificate(key, request =>
            request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
        await using var receiver = new HostileReceiver(connection => connection.ReadRequestAsync(), certificate);

        var outcome = Assert.IsType<DeliveryOutcome.Broken>((await SendAsync(receiver)).Outcome);

        Assert.Contains("certificate", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(receiver.Requests);
        Assert.Equal(1, receiver.Connections);
    }

    [Fact]
    public async Task Issuer_is_not_fetched_from_where_the_receivers_certificate_says()
    {
        // The URL in a certificate is the receiver's choice: fetching it would be a request past the target guard.
        await using var canary = HostileReceiver.Answering(Answer("200 OK"));
        using var issuerKey = RSA.Create(2048);
        var issuer = new CertificateRequest("CN=Unknown issuer", issuerKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        issuer.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = issuer.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        using var key = RSA.Create(2048);
        using var certificate = Certificate(key, request =>
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [canary.Url.ToString()]));
            using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3, 4]);
            return signed.CopyWithPrivateKey(key);
        });
        await using var receiver = new HostileReceiver(connection => connection.ReadRequestAsync(), certificate);

        var outcome = (await SendAsync(receiver)).Outcome;

        Assert.Contains("certificate", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(0, canary.Connections);
    }

    [Fact]
    public async Task Plain_http_behind_an_https_url_is_a_failure()
    {
        await using var receiver = new HostileReceiver(connection => connection.SendAsync(Answer("400 Bad Request")));

        Assert.Equal("The TLS handshake failed.", (await SendToAsync($"https://127.0.0.1:{receiver.Port}/")).Error);
    }

    private static X509Certificate2 Certificate(RSA key, Func<CertificateRequest, X509Certificate2> sign)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        return sign(request);
    }

    private static async Task<DeliveryOutcome> SendToAsync(string url)
    {
        using var sender = Sender();
        return (await sender.SendAsync(Request(new(url)), TestContext.Current.CancellationToken)).Outcome;
    }

    private static void AssertRefused(DeliveryOutcome outcome, HostileReceiver canary)
    {
        Assert.Equal(new DeliveryOutcome.NotAllowed(), outcome);
        Assert.False(outcome.Succeeded);
        Assert.Equal("destination not allowed", outcome.Error);
        Assert.Equal(0, canary.Connections);
    }
}
