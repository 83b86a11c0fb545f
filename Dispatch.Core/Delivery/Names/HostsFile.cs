using System.Net;

namespace Dispatch.Delivery.Names;

/// <summary>The names that this machine knows by itself, as in <c>/etc/hosts</c> (hosts(5)).</summary>
internal sealed class HostsFile
{
    private readonly Dictionary<string, List<IPAddress>> names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the system has the file.</summary>
    public static string Path { get; } = OperatingSystem.IsWindows()
        ? System.IO.Path.Combine(Environment.SystemDirectory, "drivers", "etc", "hosts")
        : "/etc/hosts";

    /// <summary>Reads the file's text; lines that are not valid count as not there.</summary>
    public static HostsFile Parse(string text)
    {
        var hosts = new HostsFile();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out var address))
                foreach (var name in words[1..]) hosts.Add(name, address);
        }

        return hosts;
    }

    /// <summary>The name's addresses, of all its lines; empty if the file does not have it.</summary>
    public IPAddress[] Find(string name) => names.TryGetValue(name.TrimEnd('.'), out var addresses) ? [.. addresses] : [];

    private void Add(string name, IPAddress address)
    {
        if (!names.TryGetValue(name, out var addresses)) names.Add(name, addresses = []);
        if (!addresses.Contains(address)) addresses.Add(address);
    }
}
