namespace Dispatch.Settings;

/// <summary><c>Reading:*</c>: how much all callers together may read at once, by the API and by the dashboard. Accounts share it.</summary>
internal sealed class ReadingOptions
{
    /// <summary>
    /// Reads at work at once. 2 to 1,000. Null: twice the processors on SQLite, which reads in this process; 4 on a server.
    /// </summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>The memory for answers that are being read or written, in bytes. 8 MiB to 1 GiB.</summary>
    public int MaxAnswerBytes { get; set; } = 64 * 1024 * 1024;
}
