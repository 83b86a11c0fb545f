using Dispatch.Model;
using Dispatch.Time;
using Microsoft.Extensions.Logging;

namespace Dispatch.Hosts;

/// <summary>
/// Holds a lock file for each host of this machine. The kernel drops the lock when the process ends, so a host that restarts after a crash
/// knows at once that its predecessor is dead. If there is no file (another machine, another container, a folder that cannot be written),
/// the lease decides (<see cref="Timing.HostTimeout"/>).
/// </summary>
internal sealed class HostLocks(HostIdentity host, ILogger<HostLocks> log) : IDisposable
{
    private FileStream? own;

    /// <summary>Must be called before the host has its row, because others take a file without its lock for a dead host.</summary>
    public void Take()
    {
        try
        {
            own = Open(host.Id, FileMode.CreateNew);
            if (!IsFree(host.Id)) return;

            Release();   // the file system has no locks
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NoHostLock(log, exception);
        }
    }

    /// <summary>True only if the host is certainly dead. A paused host still has its lock.</summary>
    public static bool HasEnded(ObservedHost other) =>
        other.Name.StartsWith($"{Environment.MachineName}:", StringComparison.Ordinal) && IsFree(other.Id);

    /// <summary>Deletes the file of a host that has no row any more.</summary>
    public static void Remove(Guid hostId)
    {
        try
        {
            File.Delete(PathOf(hostId));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An empty file is left. Its host has no row, so nobody looks at it.
        }
    }

    /// <summary>Deletes this host's file, after its row.</summary>
    public void Release()
    {
        Dispose();   // first, because Windows does not delete open files
        Remove(host.Id);
    }

    // The file stays: if this host's row still exists, other hosts then know that the host is dead.
    public void Dispose() => own?.Dispose();

    private static bool IsFree(Guid hostId)
    {
        try
        {
            using var file = Open(hostId, FileMode.Open);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;   // locked, or not there
        }
    }

    private static FileStream Open(Guid hostId, FileMode mode) => new(PathOf(hostId), mode, FileAccess.ReadWrite, FileShare.None);

    private static string PathOf(Guid hostId) => Path.Combine(Folder, $"dispatch-host-{hostId}.lock");

    // systemd.exec(5) sets it for StateDirectory=, with colons between several. PrivateTmp= makes a new temporary folder at each start.
    private static string Folder =>
        Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } state ? state.Split(':')[0] : Path.GetTempPath();
}
