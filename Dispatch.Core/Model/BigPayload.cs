namespace Dispatch.Model;

/// <summary>
/// A job's payload, if it is too big for the job's row. SQLite writes a row anew whenever a status changes its length, so with 250 KB in it
/// each claim and each outcome would write them again, and everybody's writes would wait.
/// </summary>
internal sealed class BigPayload
{
    /// <summary>The longest payload in a job's row, in bytes. The row of a job with a longer one has none.</summary>
    public const int LongestInRow = 4096;

    public Guid JobId { get; init; }

    public required byte[] Bytes { get; init; }

    public static bool IsFor(Job job) => job.Payload.Length > LongestInRow;
}
