using Dispatch.Model;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Carries <see cref="AttemptEnd.Failed"/> through Hangfire, whose failed state takes only an exception. Never thrown.</summary>
/// <param name="message">The attempt's error.</param>
/// <param name="retryAt">Milliseconds since the Unix epoch, UTC. Null if there is no retry, or if it waits in the database.</param>
internal sealed class DeliveryFailedException(string message, long? retryAt) : Exception(message)
{
    public long? RetryAt => retryAt;
}
