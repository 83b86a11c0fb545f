using System.Diagnostics;

namespace Dispatch.Bench.Contestants;

/// <summary>The process of a published host, and what the operating system gives it.</summary>
/// <param name="Descriptors">So many files and sockets at most; null: as many as this process may have.</param>
/// <param name="Names">The name server it asks instead of the machine's; ends with the host.</param>
internal sealed record HostCommand(int? Descriptors = null, NameServer? Names = null)
{
    /// <summary>The folder of the host that is measured; bench/run.sh publishes one, and another can be named.</summary>
    public static string Published { get; set; } = Path.Combine(DispatchHosts.Top, "bench", "Dispatch.Bench", "bin", "dispatch");

    /// <summary>
    /// The megabytes that a contestant's hosts may have together, with what the system keeps of their files; null: as many as there are.
    /// </summary>
    public static int? MemoryMb { get; set; }

    /// <summary>A published host's appsettings.json has each setting it knows; it refuses to start with any other.</summary>
    public static bool KnowsNameServers => File.ReadAllText(Path.Combine(Published, "appsettings.json")).Contains("\"NameServers\"");

    /// <param name="folder">The host's own, for files that go with it.</param>
    public ProcessStartInfo Create(IEnumerable<string> arguments, string folder)
    {
        string[] host = ["dotnet", Path.Combine(Published, "Dispatch.Web.dll"), .. arguments];
        if (Names is not null && KnowsNameServers) host = [.. host, $"--Delivery:NameServers={Names.Address}:{Names.Port}"];
        else if (Names is not null) host = Shell($"mount --bind '{ResolvConf(folder)}' /etc/resolv.conf", ["unshare", "-m"], host);
        if (Descriptors is { } limit) host = Shell($"ulimit -n {limit}", [], host);
        if (MemoryMb is { } megabytes) host = Shell(new MemoryGroup(folder).Enter(megabytes), [], host);
        return new ProcessStartInfo(host[0], host[1..]);
    }

    /// <summary>Does something first, then becomes the host, so that the process is the host's.</summary>
    private static string[] Shell(string first, string[] within, string[] host) =>
        [.. within, "bash", "-c", $"{first} && exec \"$@\"", "bash", .. host];

    // Seen by the host alone, which has a view of the file system of its own. This needs root.
    private string ResolvConf(string folder)
    {
        var file = Path.Combine(folder, "resolv.conf");
        File.WriteAllText(file, $"nameserver {Names!.Address}\n");
        return file;
    }
}
