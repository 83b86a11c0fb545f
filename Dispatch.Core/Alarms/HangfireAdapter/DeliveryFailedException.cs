using Dispatch.Model;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Carries <see cref="AttemptEnd.Failed"/> through Hangfire, whose failed state takes only an exception. Never thrown.</summary>
/// <param name="message">The attempt's error.</param>
/// <param name="retry">The retry's alarm. Null if there is no retry, or if it waits in the database.</param>
internal sealed class DeliveryFailedException(string message, Alarm? retry) : Exception(message)
{
    public Alarm? Retry => retry;
}
