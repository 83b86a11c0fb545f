using Dispatch.Settings;

namespace Dispatch.Data;

/// <summary>Shows that a SQLite file belongs to one process. The kernel drops it with the process, however that ends.</summary>
internal static class SqliteFileLock
{
    /// <param name="setting">What named the file, for the message.</param>
    /// <param name="advice">What to do where another process has it.</param>
    /// <exception cref="StartupException">Another process has it, or the lock file cannot be written.</exception>
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
