using Dispatch.Model;
using Hangfire;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Carries out the attempt of an alarm that rings. The adapter's only call into the engine.</summary>
/// <exception cref="OperationCanceledException">The host is stopping; another host will carry it out.</exception>
internal delegate Task<AttemptEnd> RingAlarm(Alarm alarm);

/// <summary>
/// The method that Hangfire calls for an alarm. Hangfire stores the names of the type, the method and the parameter types. If one is
/// renamed, Hangfire drops the alarms that it holds, and the sweeper sets them again.
/// </summary>
internal sealed class DeliveryJob(RingAlarm ring)
{
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    [JobDisplayName("Deliver {0} to {2}")]
    public Task<AttemptEnd> DeliverAsync(Guid jobId, Guid projectId, string destination, long dueAt, bool isRetry) =>
        ring(new Alarm(jobId, projectId, destination, dueAt, isRetry));
}
