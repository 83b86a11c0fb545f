using Dispatch.Model;
using Hangfire;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Carries out what the alarm is for. The one call from the adapter into the engine.</summary>
/// <exception cref="OperationCanceledException">The host is stopping; another one will carry it out.</exception>
internal delegate Task<AttemptEnd> RingAlarm(Alarm alarm);

/// <summary>
/// What Hangfire stores for an alarm: the entry method and its arguments. The type's, the method's and the parameters' names are part of stored data. If they
/// are renamed, Hangfire drops the alarms that it holds, and the sweeper sets them again.
/// </summary>
internal sealed class DeliveryJob(RingAlarm ring)
{
    /// <summary>Delivers once.</summary>
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    [JobDisplayName("Deliver {0} to {2}")]
    public Task<AttemptEnd> DeliverAsync(Guid jobId, Guid projectId, string destination, long dueAt, bool isRetry) =>
        ring(new Alarm(jobId, projectId, destination, dueAt, isRetry));
}
