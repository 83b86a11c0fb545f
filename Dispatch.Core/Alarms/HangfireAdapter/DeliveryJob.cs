using Dispatch.Model;
using Hangfire;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Carries out the attempt of an alarm that rings. The adapter's only call into the engine.</summary>
/// <exception cref="OperationCanceledException">The host is stopping; another host will carry it out.</exception>
internal delegate Task<AttemptEnd> RingAlarm(Alarm alarm);

/// <summary>
/// The method that Hangfire calls for an alarm. Hangfire stores the names of the type, the method and the parameter types. If one is
/// renamed, added or removed, Hangfire cannot load the alarms that it holds: each becomes a failed job of Hangfire's when its turn comes,
/// and the sweeper sets a new alarm 5 s after the due time. So hosts that share a storage should then be updated together: the scheduler of
/// a new host drops the alarms that old ones have set.
/// </summary>
internal sealed class DeliveryJob(RingAlarm ring)
{
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    [JobDisplayName("Deliver {0} to {3}")]
    public Task<AttemptEnd> DeliverAsync(
        Guid jobId, Guid accountId, Guid projectId, string destination, long dueAt, bool isRetry, int attempt, int generation) =>
        ring(new Alarm(jobId, accountId, projectId, destination, dueAt, isRetry, attempt, generation));

    /// <summary>The arguments of <see cref="DeliverAsync"/>.</summary>
    public static object[] ArgumentsOf(Alarm alarm) =>
    [
        alarm.JobId, alarm.AccountId, alarm.ProjectId, alarm.Destination, alarm.DueAt, alarm.IsRetry, alarm.Attempt, alarm.Generation,
    ];

    /// <summary>Null if the arguments are not of <see cref="DeliverAsync"/>.</summary>
    public static Alarm? AlarmOf(IReadOnlyList<object> arguments) =>
        arguments is
            [Guid jobId, Guid accountId, Guid projectId, string destination, long dueAt, bool isRetry, int attempt, int generation]
            ? new Alarm(jobId, accountId, projectId, destination, dueAt, isRetry, attempt, generation)
            : null;
}
