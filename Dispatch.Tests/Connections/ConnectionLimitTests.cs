using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Connections;

/// <summary>How many connections a host takes, and which it closes when there are more.</summary>
public sealed class ConnectionLimitTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task When_all_places_are_taken_those_that_never_brought_a_request_go_first()
    {
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(folder.Path, "--Limits:MaxConnections=100");
        using var used = new Crowd(host.Url, "127.0.0.2");
        await used.ComeAsync(10, used.Get("/health/live"));
        for (var i = 0; i < 10; i++) Assert.Contains("200 OK", await used.ReadAsync(i), StringComparison.Ordinal);
        using var slow = new Crowd(host.Url, "127.0.0.3");
        await slow.ComeAsync(45, "GET / HTTP/1.1\r\n");
        using var other = new Crowd(host.Url, "127.0.0.4");
        await other.ComeAsync(45, "GET / HTTP/1.1\r\n");

        // Everybody still gets in, from a fresh address and with a fresh connection each.
        using var late = new Crowd(host.Url, "127.0.0.5");
        for (var i = 0; i < 30; i++)
        {
            await late.ComeAsync(1, late.Get("/health/live"));
            Assert.Contains("200 OK", await late.ReadAsync(i), StringComparison.Ordinal);
        }

        await host.WaitForOutputAsync("Limits:MaxConnections of 100 was reached by 1 connections");
        Assert.Equal(0, used.Closed);
        Assert.True(slow.Closed + other.Closed >= 29, $"{slow.Closed} and {other.Closed} were closed");
        Assert.Single(host.Output.Split('\n'), line => line.Contains("was reached by", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_takes_too_many_loses_its_own_and_nobody_elses()
    {
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(
            folder.Path, "--Limits:MaxConnections=1000", "--Limits:MaxConnectionsPerAddress=20");
        using var quiet = new Crowd(host.Url, "127.0.0.2");
        await quiet.ComeAsync(20, "");
        using var greedy = new Crowd(host.Url, "127.0.0.3");
        await greedy.ComeAsync(60, "");

        await greedy.WaitForClosedAsync(40, Soon);
        await host.WaitForOutputAsync("Limits:MaxConnectionsPerAddress of 20 was reached");
        Assert.Equal(0, quiet.Closed);
        Assert.Equal(20, greedy.Open);
    }

    [Fact]
    public async Task A_connection_that_was_used_and_goes_on_with_half_a_request_is_closed_as_well()
    {
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(folder.Path, "--Limits:MaxConnectionsPerAddress=20");
        using var sly = new Crowd(host.Url, "127.0.0.3");
        await sly.ComeAsync(20, sly.Get("/health/live"));
        for (var i = 0; i < 20; i++)
        {
            Assert.Contains("200 OK", await sly.ReadAsync(i), StringComparison.Ordinal);
            await sly.SendAsync(i, "GET / HT");
        }

        using var more = new Crowd(host.Url, "127.0.0.3");
        for (var i = 0; i < 5; i++)
        {
            await more.ComeAsync(1, more.Get("/health/live"));
            Assert.Contains("200 OK", await more.ReadAsync(i), StringComparison.Ordinal);
        }

        await sly.WaitForClosedAsync(5, TimeSpan.FromSeconds(10));   // long before the 30 s that Kestrel waits for headers
        Assert.Equal(5, sly.Closed);
    }

    [Fact]
    public async Task A_proxy_that_is_named_may_have_as_many_as_it_likes()
    {
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(
            folder.Path, "--Limits:MaxConnectionsPerAddress=20", "--Dispatch:KnownProxies=127.0.0.9/32");
        using var proxy = new Crowd(host.Url, "127.0.0.9");
        await proxy.ComeAsync(60, proxy.Get("/health/live"));
        for (var i = 0; i < 60; i++) Assert.Contains("200 OK", await proxy.ReadAsync(i), StringComparison.Ordinal);
        Assert.Equal(0, proxy.Closed);
    }

    [Fact]
    public async Task A_connection_that_has_a_request_at_work_is_not_closed_for_another()
    {
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(
            folder.Path, "--Limits:MaxConnections=1000", "--Limits:MaxConnectionsPerAddress=20", "--Limits:UnreadAnswerTimeout=00:10:00");
        using var user = await ApiUser.SignUpAsync(host.Url);
        using var busy = new Crowd(host.Url, "127.0.0.3");
        await busy.ComeAsync(20, busy.Get("/docs/api/scalar.js"));   // 5 MB, and nobody reads
        for (var i = 0; i < 20; i++) Assert.Contains("200 OK", await busy.ReadAsync(i), StringComparison.Ordinal);
        using var more = new Crowd(host.Url, "127.0.0.3");
        await more.ComeAsync(10, "");
        await more.WaitForClosedAsync(10, Soon);
        Assert.Equal(0, busy.Closed);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_of_its_answer_loses_its_connection_and_a_slow_one_does_not()
    {
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(folder.Path, "--Limits:UnreadAnswerTimeout=00:00:03");
        using var never = new Crowd(host.Url, "127.0.0.3");
        await never.ComeAsync(50, never.Get("/docs/api/scalar.js"));
        using var slow = new Crowd(host.Url, "127.0.0.4");
        await slow.ComeAsync(1, slow.Get("/docs/api/scalar.js"));
        for (var i = 0; i < 20; i++)
        {
            await slow.ReadAsync(0);   // 64 KB a half second
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        await never.WaitForClosedAsync(50, Soon);
        Assert.Equal(0, slow.Closed);
        await host.WaitForOutputAsync("their clients took none of an answer for 00:00:03 (Limits:UnreadAnswerTimeout)");
    }
}
