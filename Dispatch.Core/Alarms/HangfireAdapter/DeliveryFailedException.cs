using Dispatch.Model;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary><see cref="AttemptEnd.Failed"/> on its way through Hangfire, whose failed state takes only an exception. It is never thrown.</summary>
/// <param name="message">The attempt's error.</param>
/// <param name="retryAt">When the next attempt is due, milliseconds since the Unix epoch, UTC; null when the job is DEAD, or the retry so far away that it waits in the database.</param>
internal sealed class DeliveryFailedException(string message, long? retryAt) : Exception(message)
{
    public long? RetryAt => retryAt;
}
