using System.Diagnostics;
using System.Net;
using Dispatch.Delivery.Names;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Lost packets and name servers that are silent, failing or gone: how long a look-up takes then.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class NameServerPatienceTests
{
    private static readonly IPAddress[] One = [IPAddress.Parse("192.0.2.1")];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_packet_is_asked_for_again_after_a_second(bool isIPv6)
    {
        await using var server = new NameServer(question => question.IsIPv6 == isIPv6 && question.Number < 2
            ? null : question.Addresses(isIPv6 ? "2001:db8::1" : "192.0.2.1"));

        var (addresses, took) = await TimeAsync(() => ResolveAsync("lossy.example", server));

        Assert.Single(addresses);
        Assert.InRange(took.TotalSeconds, 0.9, 1.8);
    }

    [Fact]
    public async Task A_reply_that_comes_after_the_question_was_asked_again_counts()
    {
        await using var server = new NameServer(question => question.Number < 2
            ? question.Addresses("192.0.2.1") with { Delay = TimeSpan.FromSeconds(1.3) } : null);

        Assert.Equal(One, await ResolveAsync("slow.example", server));
    }

    [Theory]
    [InlineData(true, "192.0.2.1")]
    [InlineData(false, "2001:db8::1")]
    public async Task A_family_whose_question_is_never_answered_costs_next_to_nothing(bool silentIsIPv6, string address)
    {
        await using var server = new NameServer(question => question.IsIPv6 == silentIsIPv6 ? null : question.Addresses(address));

        var (addresses, took) = await TimeAsync(() => ResolveAsync("half.example", server));

        Assert.Equal([IPAddress.Parse(address)], addresses);
        Assert.InRange(took.TotalSeconds, 0, 0.6);
    }

    [Fact]
    public async Task The_next_server_is_asked_when_the_first_is_silent()
    {
        await using var silent = new NameServer(_ => null);
        await using var server = NameServer.Of("good.example", "192.0.2.1");

        var (addresses, took) = await TimeAsync(() => ResolveAsync("good.example", silent, server));

        Assert.Equal(One, addresses);
        Assert.InRange(took.TotalSeconds, 0.9, 1.8);
    }

    [Fact]
    public async Task The_next_server_is_asked_at_once_when_the_first_cannot_tell()
    {
        await using var failing = new NameServer(_ => NameReply.ServerFailure);
        await using var server = NameServer.Of("good.example", "192.0.2.1");

        var (addresses, took) = await TimeAsync(() => ResolveAsync("good.example", failing, server));

        Assert.Equal(One, addresses);
        Assert.InRange(took.TotalSeconds, 0, 0.6);
    }

    [Fact]
    public async Task The_next_server_is_asked_at_once_when_nobody_listens_at_the_firsts_address()
    {
        await using var gone = new NameServer(_ => null);
        await gone.DisposeAsync();
        await using var server = NameServer.Of("good.example", "192.0.2.1");

        var (addresses, took) = await TimeAsync(() => ResolveAsync("good.example", gone, server));

        Assert.Equal(One, addresses);
        Assert.InRange(took.TotalSeconds, 0, 0.6);
    }

    private static Task<IPAddress[]> ResolveAsync(string name, params NameServer[] servers) =>
        new DnsResolver([.. servers.Select(server => server.EndPoint)], TimeProvider.System)
            .ResolveAsync(name, TestContext.Current.CancellationToken);

    private static async Task<(IPAddress[] Addresses, TimeSpan Took)> TimeAsync(Func<Task<IPAddress[]>> resolve)
    {
        var begun = Stopwatch.GetTimestamp();
        return (await resolve(), Stopwatch.GetElapsedTime(begun));
    }
}
