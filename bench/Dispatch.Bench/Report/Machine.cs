using System.Diagnostics;
using System.Runtime.InteropServices;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Report;

/// <summary>What it was measured on.</summary>
internal static class Machine
{
    public static Dictionary<string, string> Describe() => new()
    {
        ["processor"] = $"{Environment.ProcessorCount} cores, {First("/proc/cpuinfo", "model name")}",
        ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0} GB",
        ["system"] = $"{RuntimeInformation.OSDescription}",
        ["Dispatch"] = Run("git", "-C", DispatchHosts.Top, "describe", "--always", "--dirty"),
        [".NET"] = $"{Environment.Version}",
        ["SQLite"] = "WAL, synchronous=FULL (Dispatch's setting)",
        ["PostgreSQL"] = $"{Run("sh", "-c", "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/postgres --version")}, "
            + "synchronous_commit=on, shared_buffers=256MB, max_wal_size=4GB",
        ["Redis"] = $"{Run("redis-server", "--version")}, appendonly yes",
        ["Node.js"] = Run("node", "--version"),
    };

    private static string First(string file, string key) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            ?? "unknown";

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "not installed";
        }
    }
}
