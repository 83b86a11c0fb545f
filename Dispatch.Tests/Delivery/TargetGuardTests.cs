using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Dispatch.Delivery.Targets;

namespace Dispatch.Tests.Delivery;

public sealed class TargetGuardTests
{
    // Copied from reliability.md, not from the guard.
    private const string DenyList = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
    192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
    5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
    """;

    private static readonly TargetGuard Guard = new(new(), openLoopback: false);

    public static TheoryData<string> DeniedNetworks => [.. DenyList.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    [Theory]
    [MemberData(nameof(DeniedNetworks))]
    public void Network_is_denied_from_its_first_address_to_its_last_and_no_further(string network)
    {
        var (first, last, family) = Range(network);

        Assert.False(Guard.IsAllowed(ToAddress(first, family)));
        Assert.False(Guard.IsAllowed(ToAddress(last, family)));
        Assert.False(Guard.IsAllowed(ToAddress((first + last) / 2, family)));
        Assert.All(new[] { first - 1, last + 1 }.Where(outside => IsAddress(outside, family)), outside =>
            Assert.Equal(!IsListed(outside, family), Guard.IsAllowed(ToAddress(outside, family))));
    }

    [Theory]
    [MemberData(nameof(DeniedNetworks))]
    public void Ipv4_mapped_address_is_judged_as_what_it_reaches(string network)
    {
        var (first, last, family) = Range(network);
        if (family == AddressFamily.InterNetworkV6) return;

        Assert.False(Guard.IsAllowed(ToAddress(first, family).MapToIPv6()));
        Assert.False(Guard.IsAllowed(ToAddress(last, family).MapToIPv6()));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    public void Public_address_is_allowed(string address)
    {
        Assert.True(Guard.IsAllowed(IPAddress.Parse(address)));
        Assert.Null(Guard.WhyDenied(new(
            address.Contains(':', StringComparison.Ordinal) ? $"http://[{address}]:8080/" : $"http://{address}:8080/")));
    }

    [Theory]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST:5000/")]
    [InlineData("http://localhost./")]
    [InlineData("http://localhost。/")]
    [InlineData("http://a.b.localhost./")]
    [InlineData("http://ip6-localhost/")]
    [InlineData("http://printer.local/")]
    [InlineData("http://printer.LOCAL./")]
    [InlineData("http://metadata/")]
    [InlineData("http://metadata.google.internal/computeMetadata/v1/")]
    [InlineData("http://db/")]
    [InlineData("http://db./")]
    [InlineData("http://internal/")]
    public void Local_name_is_refused_at_once(string url) =>
        Assert.StartsWith(TargetGuard.NotAllowed, Guard.WhyDenied(new(url)), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0x7f.1./")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://0177.0.0.1./")]
    [InlineData("http://0/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:80/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[64:ff9b::10.0.0.1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fe80::1%252]/")]
    [InlineData("http://user:password@10.0.0.1/")]
    public void Literal_address_is_refused_in_any_spelling(string url) =>
        Assert.StartsWith(TargetGuard.NotAllowed, Guard.WhyDenied(new(url)), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://example.com/hook")]
    [InlineData("https://example.com./hook")]
    [InlineData("https://localhost.example.com/")]
    [InlineData("https://notlocalhost.com/")]
    [InlineData("https://mylocal.dev/")]
    [InlineData("https://bücher.example/")]
    public void Public_name_is_left_to_the_judgement_at_the_connection(string url) => Assert.Null(Guard.WhyDenied(new(url)));

    [Theory]
    [InlineData("http://xn--aü.com/")]
    public void Name_that_is_no_host_name_is_refused_not_thrown_at(string url) =>
        Assert.Equal(TargetGuard.NotAllowed + ": not a valid host name", Guard.WhyDenied(new(url)));

    [Fact]
    public void Allowed_network_is_open_exactly_as_far_as_it_reaches()
    {
        var guard = new TargetGuard(
            new() { AllowedNetworks = [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00:1::/32")] }, openLoopback: false);

        Assert.True(guard.IsAllowed(IPAddress.Parse("10.1.255.255")));
        Assert.True(guard.IsAllowed(IPAddress.Parse("::ffff:10.1.0.1")));
        Assert.True(guard.IsAllowed(IPAddress.Parse("fd00:1::1")));
        Assert.Null(guard.WhyDenied(new("http://10.1.2.3/")));
        Assert.False(guard.IsAllowed(IPAddress.Parse("10.2.0.0")));
        Assert.False(guard.IsAllowed(IPAddress.Parse("fd00:2::1")));
        Assert.NotNull(guard.WhyDenied(new("http://db/")));
        Assert.NotNull(guard.WhyDenied(new("http://localhost/")));
    }

    [Fact]
    public void Open_loopback_opens_loopback_and_its_names_only()
    {
        var guard = new TargetGuard(new(), openLoopback: true);

        Assert.All(
            [
                "http://localhost:3000/", "http://app.localhost/", "http://ip6-localhost/",
                "http://127.8.9.10/", "http://[::1]/", "http://[::ffff:127.0.0.1]/"
            ],
            url => Assert.Null(guard.WhyDenied(new(url))));
        Assert.All(["http://10.0.0.1/", "http://0.0.0.0/", "http://[::]/", "http://db/", "http://printer.local/"],
            url => Assert.NotNull(guard.WhyDenied(new(url))));
        Assert.True(guard.IsAllowed(IPAddress.IPv6Loopback));
        Assert.False(guard.IsAllowed(IPAddress.Any));
    }

    [Theory]
    [InlineData("127.0.0.0/8")]
    [InlineData("::1/128")]
    public void Allowing_loopback_opens_its_names(string network)
    {
        var guard = new TargetGuard(new() { AllowedNetworks = [IPNetwork.Parse(network)] }, openLoopback: false);

        Assert.Null(guard.WhyDenied(new("http://localhost:3000/")));
        Assert.NotNull(guard.WhyDenied(new("http://db/")));
    }

    // Ranges are computed here with plain numbers, so that the guard's way of matching is not its own witness.
    private static (BigInteger First, BigInteger Last, AddressFamily Family) Range(string network)
    {
        var (address, length) = (IPAddress.Parse(network.Split('/')[0]), int.Parse(network.Split('/')[1]));
        var first = new BigInteger(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
        return (first, first + BigInteger.Pow(2, Bits(address.AddressFamily) - length) - 1, address.AddressFamily);
    }

    private static int Bits(AddressFamily family) => family == AddressFamily.InterNetwork ? 32 : 128;

    private static bool IsAddress(BigInteger number, AddressFamily family) => number >= 0 && number < BigInteger.Pow(2, Bits(family));

    private static bool IsListed(BigInteger number, AddressFamily family) => DenyList
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Select(Range).Any(range => range.Family == family && range.First <= number && number <= range.Last);

    private static IPAddress ToAddress(BigInteger number, AddressFamily family)
    {
        var bytes = new byte[Bits(family) / 8];
        var digits = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, bytes.Length - digits.Length);
        return new(bytes);
    }
}
