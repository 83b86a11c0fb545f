using System.Globalization;
using System.Net;

namespace Dispatch.Delivery.Names;

/// <summary>The system's settings for name look-ups, as <c>/etc/resolv.conf</c> gives them (resolv.conf(5)).</summary>
/// <param name="Servers">In the order to ask them.</param>
/// <param name="Search">The domains that complete a short name.</param>
/// <param name="Dots">A name with at least so many dots is first tried as it is; 0 to 15.</param>
/// <param name="Timeout">The longest wait for one server's reply; 1 to 30 s.</param>
/// <param name="Attempts">How often all servers are asked; 1 to 5.</param>
/// <param name="Rotate">Begin with another server each time.</param>
internal sealed record ResolvConf(
    IReadOnlyList<IPEndPoint> Servers, IReadOnlyList<string> Search, int Dots, TimeSpan Timeout, int Attempts, bool Rotate)
{
    public const string Path = "/etc/resolv.conf";

    public const int Port = 53;

    // glibc's limits.
    private const int MaxServers = 3;
    private const int MaxDots = 15;
    private const int MaxTimeout = 30;
    private const int MaxAttempts = 5;

    private static readonly char[] Blanks = [' ', '\t', '\r'];

    /// <summary>
    /// What glibc does without the file, but for the attempts: it asks again only after 5 s, which is all the time that a connection has.
    /// </summary>
    public static ResolvConf Default { get; } =
        new([new(IPAddress.Loopback, Port)], [], Dots: 1, TimeSpan.FromSeconds(5), Attempts: 3, Rotate: false);

    /// <summary>Reads the file's text. Like glibc, it passes over what it does not know and what is not valid.</summary>
    /// <param name="hostName">This machine's name: without <c>search</c> and <c>domain</c>, its domain is searched.</param>
    public static ResolvConf Parse(string text, string hostName = "")
    {
        var servers = new List<IPEndPoint>();
        string[]? search = null;
        var conf = Default;
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || line[0] is '#' or ';') continue;
            switch (words[0])
            {
                case "nameserver" when servers.Count < MaxServers && IPAddress.TryParse(words[1], out var address):
                    servers.Add(new(address, Port));
                    break;
                case "domain":
                    search = [words[1]];
                    break;
                case "search":
                    search = words[1..];
                    break;
                case "options":
                    conf = words[1..].Aggregate(conf, With);
                    break;
            }
        }

        search ??= hostName.Split('.', 2) is [_, { Length: > 0 } domain] ? [domain] : [];
        return conf with
        {
            Servers = servers.Count > 0 ? servers : Default.Servers,
            Search = [.. search.Select(domain => domain.Trim('.')).Where(domain => domain.Length > 0)],
        };
    }

    private static ResolvConf With(ResolvConf conf, string option)
    {
        if (option == "rotate") return conf with { Rotate = true };
        var parts = option.Split(':', 2);
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return conf;
        return parts[0] switch
        {
            "ndots" => conf with { Dots = Math.Min(number, MaxDots) },
            "timeout" => conf with { Timeout = TimeSpan.FromSeconds(Math.Clamp(number, 1, MaxTimeout)) },
            "attempts" => conf with { Attempts = Math.Clamp(number, 1, MaxAttempts) },
            _ => conf,
        };
    }
}
