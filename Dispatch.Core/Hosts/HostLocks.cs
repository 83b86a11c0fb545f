using Dispatch.Model;
using Dispatch.Time;
using Microsoft.Extensions.Logging;

namespace Dispatch.Hosts;

/// <summary>
/// A lock file for each host of this machine, in the folder that systemd gives it for its state, or else the temporary one. The kernel drops the lock with the
/// process, however that ends, so a host that starts again after a crash knows at once that the one before it is dead. Where the files say nothing (another
/// machine or container, a folder that was cleared or cannot be written) the lease decides (<see cref="Timing.HostDead"/>).
/// </summary>
internal sealed class HostLocks(HostIdentity host, ILogger<HostLocks> log) : IDisposable
{
    private FileStream? own;

    /// <summary>To be called before others can know of this host: a file without its lock means death.</summary>
    public void Take()
    {
        try
        {
            own = Open(host.Id, FileMode.CreateNew);
            if (!IsFree(host.Id)) return;

            Release();   // the folder's file system has no locks
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NoHostLock(log, exception);
        }
    }

    /// <summary>True only where it is certain. A host that is paused still has its lock.</summary>
    public static bool HasEnded(HostSeen other) => other.Name.StartsWith($"{Environment.MachineName}:", StringComparison.Ordinal) && IsFree(other.Id);

    /// <summary>Nobody will ask for that host again.</summary>
    public static void Remove(Guid hostId)
    {
        try
        {
            File.Delete(PathOf(hostId));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An empty file is left. Nobody has its host's row, so it says nothing.
        }
    }

    /// <summary>This host has nothing left, and no row.</summary>
    public void Release()
    {
        Dispose();   // first: Windows does not delete what is open
        Remove(host.Id);
    }

    // The file stays: whoever finds this host's row then knows that it is dead.
    public void Dispose() => own?.Dispose();

    private static bool IsFree(Guid hostId)
    {
        try
        {
            using var its = Open(hostId, FileMode.Open);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;   // locked, or not there
        }
    }

    private static FileStream Open(Guid hostId, FileMode mode) => new(PathOf(hostId), mode, FileAccess.ReadWrite, FileShare.None);

    private static string PathOf(Guid hostId) => Path.Combine(Folder, $"dispatch-host-{hostId}.lock");

    // What systemd.exec(5) sets for StateDirectory=, several by colons. Its PrivateTmp= makes a new temporary folder at each start.
    private static string Folder => Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } state ? state.Split(':')[0] : Path.GetTempPath();
}
