namespace Dispatch.Execution;

/// <summary>An attempt failed and is recorded as such; tells Hangfire what the ladder decided.</summary>
/// <param name="message">The attempt's error.</param>
/// <param name="retryAt">When the next attempt is due, milliseconds since the Unix epoch, UTC; null when the job is DEAD, or the retry so far away that it waits in the database.</param>
public sealed class DeliveryFailedException(string message, long? retryAt) : Exception(message)
{
    public long? RetryAt => retryAt;
}
