using System.Net;
using System.Net.Sockets;
using Dispatch.Delivery.Names;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Our own resolver against a real name server that behaves well or badly.</summary>
public sealed class DnsResolverTests : IDisposable
{
    private static readonly IPAddress[] One = [IPAddress.Parse("192.0.2.1")];

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Conf => Path.Combine(folder.Path, "resolv.conf");

    private string Hosts => Path.Combine(folder.Path, "hosts");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Addresses_of_both_families_are_found()
    {
        await using var server = NameServer.Of("both.example", "192.0.2.1", "192.0.2.2", "2001:db8::1");

        Assert.Equal(
            ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
            (await ResolveAsync("both.example", server)).Select(address => address.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(2, server.Questions.Count);
    }

    [Fact]
    public async Task A_chain_of_aliases_leads_to_the_addresses()
    {
        await using var server = new NameServer(question =>
            question.Addresses("192.0.2.1") with { Aliases = ["xn--zzzzzzzzz99999.example", "edge.cdn.example"] });

        Assert.Equal(One, await ResolveAsync("www.example", server));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_error_of_one_family_leaves_the_addresses_of_the_other(int code)
    {
        await using var server = new NameServer(question => question.IsIPv6
            ? new NameReply { Code = code } : question.Addresses("192.0.2.1") with { Delay = TimeSpan.FromMilliseconds(20) });

        Assert.Equal(One, await ResolveAsync("half.example", server));
    }

    [Fact]
    public async Task A_long_reply_is_asked_for_by_TCP()
    {
        string[] many = [.. Enumerable.Range(1, 200).Select(i => $"192.0.2.{i}")];
        await using var server = new NameServer(question => question.IsByTcp ? question.Addresses(many)
            : question.IsIPv6 ? question.Addresses() : NameReply.Truncated);

        Assert.Equal(many, (await ResolveAsync("many.example", server)).Select(address => address.ToString()));
    }

    [Fact]
    public async Task Unknown_empty_and_failing_names_are_told_apart()
    {
        await using var server = new NameServer(question => question.Name switch
        {
            "empty.example" => question.Addresses(),
            "failing.example" => NameReply.ServerFailure,
            _ => NameReply.UnknownName,
        });

        Assert.Equal(SocketError.HostNotFound, await ErrorAsync("unknown.example", server));
        Assert.Equal(SocketError.NoData, await ErrorAsync("empty.example", server));
        Assert.Equal(SocketError.TryAgain, await ErrorAsync("failing.example", server));
        Assert.Equal(SocketError.HostNotFound, await ErrorAsync($"{new string('a', 64)}.example", server));
        Assert.Equal(SocketError.HostNotFound, await ErrorAsync("a..example", server));
    }

    [Fact]
    public async Task Names_of_the_hosts_file_are_found_without_a_name_server_and_its_changes_are_seen()
    {
        await File.WriteAllTextAsync(
            Hosts, "192.0.2.1 own.example own # mine\n192.0.2.2\tOWN.example\n2001:db8::1 six.example\n#192.0.2.9 no\n", Ct);
        await using var server = new NameServer(_ => NameReply.UnknownName);
        var resolver = Resolver(server);

        Assert.Equal(["192.0.2.1", "192.0.2.2"], (await resolver.ResolveAsync("own.example", Ct)).Select(a => a.ToString()));
        Assert.Equal([IPAddress.Parse("2001:db8::1")], await resolver.ResolveAsync("SIX.example.", Ct));
        Assert.Empty(server.Questions);

        await File.WriteAllTextAsync(Hosts, "192.0.2.7 own.example\n", Ct);
        await Task.Delay(1_050, Ct);   // it looks at the file once a second
        Assert.Equal([IPAddress.Parse("192.0.2.7")], await resolver.ResolveAsync("own.example", Ct));
    }

    [Theory]
    [InlineData("search one.example two.example", "short", "short.one.example", "short.two.example", "short")]
    [InlineData("search one.example", "dotted.name", "dotted.name", "dotted.name.one.example")]
    [InlineData("domain one.example\noptions ndots:3", "dotted.name", "dotted.name.one.example", "dotted.name")]
    [InlineData("search one.example", "final.dot.", "final.dot")]
    public async Task A_short_name_is_completed_with_the_search_domains(string conf, string name, params string[] asked)
    {
        await File.WriteAllTextAsync(Conf, conf, Ct);
        await using var server = new NameServer(_ => NameReply.UnknownName);

        Assert.Equal(SocketError.HostNotFound, await ErrorAsync(name, server));
        Assert.Equal(asked, server.Questions.Select(question => question.Name).Distinct());
    }

    [Fact]
    public async Task The_first_search_domain_that_has_the_name_wins()
    {
        await File.WriteAllTextAsync(Conf, "search one.example two.example three.example", Ct);
        await using var server = NameServer.Of("short.two.example", "192.0.2.1");

        Assert.Equal(One, await ResolveAsync("short", server));
        Assert.DoesNotContain(server.Questions, question => question.Name.Contains("three", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Localhost_and_literal_addresses_are_nobodys_business()
    {
        await using var server = new NameServer(_ => NameReply.UnknownName);

        Assert.All(await ResolveAsync("localhost", server), address => Assert.True(IPAddress.IsLoopback(address)));
        Assert.All(await ResolveAsync("app.LOCALHOST", server), address => Assert.True(IPAddress.IsLoopback(address)));
        Assert.Equal(One, await ResolveAsync("192.0.2.1", server));
        Assert.Empty(server.Questions);
    }

    [Fact]
    public async Task The_servers_take_turns_if_the_system_says_so()
    {
        await File.WriteAllTextAsync(Conf, "options rotate", Ct);
        await using var one = NameServer.Of("good.example", "192.0.2.1");
        await using var other = NameServer.Of("good.example", "192.0.2.1");
        var resolver = Resolver(one, other);

        for (var i = 0; i < 4; i++) await resolver.ResolveAsync("good.example", Ct);

        Assert.Equal((4, 4), (one.Questions.Count, other.Questions.Count));
    }

    private DnsResolver Resolver(params NameServer[] servers) =>
        new([.. servers.Select(server => server.EndPoint)], TimeProvider.System, Conf, Hosts);

    private Task<IPAddress[]> ResolveAsync(string name, params NameServer[] servers) => Resolver(servers).ResolveAsync(name, Ct);

    private async Task<SocketError> ErrorAsync(string name, NameServer server) =>
        (await Assert.ThrowsAsync<SocketException>(() => ResolveAsync(name, server))).SocketErrorCode;
}
