using System.Net;
using Dispatch.Delivery.Names;

namespace Dispatch.Tests.Delivery;

/// <summary>The system's settings for name look-ups, read as glibc reads them.</summary>
public sealed class ResolvConfTests
{
    [Fact]
    public void Everything_that_counts_is_read()
    {
        var conf = ResolvConf.Parse(
            """
            # made by hand
            ; also a comment
            nameserver 192.0.2.53
            nameserver	2001:db8::53
            nameserver not-an-address
            nameserver 192.0.2.54
            nameserver 192.0.2.55
            search one.example. two.example
            options ndots:5 timeout:2 attempts:4 rotate edns0 unknown:1 ndots:x
            """);

        Assert.Equal(["192.0.2.53:53", "[2001:db8::53]:53", "192.0.2.54:53"], conf.Servers.Select(server => server.ToString()));
        Assert.Equal(["one.example", "two.example"], conf.Search);
        Assert.Equal((5, TimeSpan.FromSeconds(2), 4, true), (conf.Dots, conf.Timeout, conf.Attempts, conf.Rotate));
    }

    [Fact]
    public void Without_the_file_the_machine_itself_is_asked()
    {
        var conf = ResolvConf.Parse("", "box.corp.example");

        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], conf.Servers);
        Assert.Equal(["corp.example"], conf.Search);
        Assert.Equal((1, TimeSpan.FromSeconds(5), 3, false), (conf.Dots, conf.Timeout, conf.Attempts, conf.Rotate));
    }

    [Theory]
    [InlineData("domain one.example\nsearch two.example three.example", "two.example three.example")]
    [InlineData("search two.example\ndomain one.example", "one.example")]
    [InlineData("search .", "")]
    public void The_last_of_search_and_domain_counts(string text, string search) =>
        Assert.Equal(search, string.Join(' ', ResolvConf.Parse(text, "box.corp.example").Search));

    [Theory]
    [InlineData("options ndots:99 timeout:99 attempts:99", 15, 30, 5)]
    [InlineData("options ndots:0 timeout:0 attempts:0", 0, 1, 1)]
    public void Options_have_the_systems_limits(string text, int dots, int seconds, int attempts)
    {
        var conf = ResolvConf.Parse(text);
        Assert.Equal((dots, seconds, attempts), (conf.Dots, (int)conf.Timeout.TotalSeconds, conf.Attempts));
    }
}
