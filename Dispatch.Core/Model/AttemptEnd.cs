namespace Dispatch.Model;

/// <summary>The end of an attempt, reduced to the facts that decide on the next alarm.</summary>
internal abstract record AttemptEnd
{
    /// <summary>No alarm follows: the job was delivered, was cancelled meanwhile, or is another host's.</summary>
    public static readonly AttemptEnd Finished = new FinishedEnd();

    /// <param name="RetryAt">Milliseconds since the Unix epoch, UTC. Null: the job is DEAD, or the retry waits in the database.</param>
    public sealed record Failed(string Error, long? RetryAt) : AttemptEnd;

    private sealed record FinishedEnd : AttemptEnd;
}
