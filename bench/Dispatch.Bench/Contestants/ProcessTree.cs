using System.Diagnostics;

namespace Dispatch.Bench.Contestants;

/// <summary>A process with all that it started, as <c>/proc</c> shows them (proc(5)).</summary>
internal static class ProcessTree
{
    private const int MillisecondsPerTick = 10;   // USER_HZ is 100 on every Linux

    /// <summary>Processor time so far, that of children which ended included.</summary>
    public static TimeSpan Cpu(int root) => TimeSpan.FromMilliseconds(Of(root).Sum(p => p.Ticks) * MillisecondsPerTick);

    /// <summary>Resident memory in MB.</summary>
    public static double Megabytes(int root) => Of(root).Sum(p => p.Pages) * Environment.SystemPageSize / 1048576.0;

    /// <summary>Ends the process and its children at once, as <c>kill -9</c>.</summary>
    public static async Task KillAsync(Process process)
    {
        if (process.HasExited) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    private static List<Entry> Of(int root)
    {
        var all = Directory.GetDirectories("/proc").Select(Read).OfType<Entry>().ToLookup(entry => entry.Parent);
        var found = all.SelectMany(entries => entries).Where(entry => entry.Id == root).ToList();
        for (var i = 0; i < found.Count; i++) found.AddRange(all[found[i].Id]);
        return found;
    }

    private static Entry? Read(string directory)
    {
        if (!int.TryParse(Path.GetFileName(directory), out var id)) return null;
        try
        {
            // After the name, which may hold spaces: state, parent, and from the 12th on the times of its own and of its ended children.
            var stat = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(id, int.Parse(fields[1]), fields[11..15].Sum(long.Parse), long.Parse(fields[21]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;   // it has just ended
        }
    }

    private sealed record Entry(int Id, int Parent, long Ticks, long Pages);
}
