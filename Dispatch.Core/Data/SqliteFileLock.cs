using Dispatch.Settings;

namespace Dispatch.Data;

/// <summary>Locks a SQLite file for one process. The kernel releases it when the process ends, even after a crash.</summary>
internal static class SqliteFileLock
{
    /// <param name="setting">The setting or option that names the file, for the message.</param>
    /// <param name="advice">Advice for the operator if another process has the lock.</param>
    /// <exception cref="StartupException">Another process has the lock, or the lock file cannot be written.</exception>
    public static FileStream Take(string file, string setting, string advice)
    {
        try
        {
            return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartupException($"{setting}: another Dispatch host is using {file}. {advice}");
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartupException($"{setting}: no permission to write {file}.lock; give this user a folder it may write to.");
        }
    }
}
