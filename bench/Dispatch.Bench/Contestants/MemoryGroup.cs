namespace Dispatch.Bench.Contestants;

/// <summary>
/// A control group of Linux that limits the memory of a contestant's hosts: version 2, or 1 where the machine has that. This needs root.
/// </summary>
/// <param name="folder">The contestant's own; the group is called after it.</param>
internal sealed class MemoryGroup(string folder)
{
    private const string Top = "/sys/fs/cgroup";

    private static readonly bool IsVersion1 = Directory.Exists($"{Top}/memory");

    private readonly string path = $"{(IsVersion1 ? $"{Top}/memory" : Top)}/{Path.GetFileName(folder)}";

    /// <summary>For a shell: makes the group and moves the shell into it.</summary>
    public string Enter(int megabytes) =>
        $"mkdir -p {path} && echo {megabytes}M > {path}/{(IsVersion1 ? "memory.limit_in_bytes" : "memory.max")} "
        + $"&& echo $$ > {path}/cgroup.procs";

    /// <summary>Once the hosts have ended. Does nothing if there is no such group.</summary>
    public void Remove()
    {
        if (Directory.Exists(path)) Directory.Delete(path);
    }
}
