namespace Dispatch.Model;

/// <summary>How the attempt that an alarm rang for ended, as far as the next alarm depends on it.</summary>
internal abstract record AttemptEnd
{
    /// <summary>Nothing follows: delivered, cancelled meanwhile, or another host's.</summary>
    public static readonly AttemptEnd Finished = new FinishedEnd();

    /// <summary>The attempt failed and is recorded as such.</summary>
    /// <param name="Error">One sentence for a person.</param>
    /// <param name="RetryAt">
    /// When the next attempt is due, milliseconds since the Unix epoch, UTC; null when the job is DEAD, or when the retry is so far away that it waits in the
    /// database.
    /// </param>
    public sealed record Failed(string Error, long? RetryAt) : AttemptEnd;

    private sealed record FinishedEnd : AttemptEnd;
}
