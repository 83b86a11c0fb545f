using Dispatch.Alarms;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;

namespace Dispatch.Jobs;

/// <summary>
/// Schedules, moves and cancels jobs. It comes after <c>JobsApi</c> (or the dashboard) on a job's way; it has the job stored by
/// <see cref="WriteQueue"/>, and then sets its alarm in <see cref="AlarmClock"/>.
/// </summary>
internal sealed class JobService(WriteQueue queue, AlarmClock alarms, HostIdentity host, LiveHosts liveHosts, TimeProvider clock)
{
    /// <summary>Stores the job durably, then arms it if due soon. Returns null if the key was revoked or the project deleted.</summary>
    /// <param name="job">The checked request, with account and project. This method fills in the rest.</param>
    /// <param name="keyId">The caller's API key; null for a signed-in person.</param>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment; nothing was acknowledged.</exception>
    public async Task<Job?> ScheduleAsync(Job job, Guid? keyId)
    {
        var now = clock.NowMs();
        // A job of another host's partition waits for that host's sweep if there is time.
        var isOurs = liveHosts.Partition.Has(now) || job.FireAt - now < Timing.FreeForAllLead.TotalMilliseconds;
        var armsNow = isOurs && alarms.HasRoomFor(job.AccountId, job.FireAt);
        job.Id = Guid.CreateVersion7(clock.GetUtcNow());
        job.NextAttemptAt = job.FireAt;
        job.ArmedBy = armsNow ? host.Id : null;
        (job.CreatedAt, job.UpdatedAt) = (now, now);
        if (!await queue.WriteAsync(new InsertJob(job, keyId))) return null;

        if (armsNow)
        {
            var destination = Alarm.DestinationOf(job.WebhookUrl);
            alarms.Set(new Alarm(
                job.Id, job.AccountId, job.ProjectId, destination, job.FireAt, IsRetry: false, job.Attempt, job.Generation));
        }

        return job;
    }

    /// <summary>Cancels a job of the project if no host has claimed it.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<CancelOutcome> CancelAsync(Guid accountId, Guid projectId, Guid jobId)
    {
        var outcome = await queue.WriteAsync(new CancelJob(jobId, projectId) { AccountId = accountId });
        if (outcome == CancelOutcome.Cancelled) alarms.Remove(jobId);
        return outcome;
    }

    /// <summary>
    /// Gives a job of the project another time if no host has claimed it. Before the first attempt that is the job's time, afterwards only
    /// the next attempt's. A FAILED job stays FAILED until shortly before its new time.
    /// </summary>
    /// <param name="fireAt">Milliseconds since the Unix epoch, UTC. A time that has passed means now.</param>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<MoveOutcome> MoveAsync(Guid accountId, Guid projectId, Guid jobId, long fireAt)
    {
        var dueAt = Math.Max(fireAt, clock.NowMs());
        // Of any host's partition: a job is moved so rarely that it need not wait for its host's sweep.
        var armsNow = alarms.HasRoomFor(accountId, dueAt);
        var moved = await queue.WriteAsync(new MoveJob(jobId, projectId, dueAt, armsNow) { AccountId = accountId });
        if (moved.Alarm is not { } alarm) return moved.Outcome;

        if (armsNow) alarms.Move(alarm);
        else alarms.Remove(jobId, beforeGeneration: alarm.Generation);
        return moved.Outcome;
    }
}
