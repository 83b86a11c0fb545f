using Dispatch.Alarms;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;

namespace Dispatch.Jobs;

/// <summary>Where jobs are handed in and called off: the engine's entry for the API and the dashboard.</summary>
internal sealed class JobService(JobStore store, AlarmClock alarms, HostIdentity host, LiveHosts liveHosts, TimeProvider clock)
{
    /// <summary>
    /// Stores the job durably, then arms it if it is due soon. Null: the key was revoked or the project deleted meanwhile.
    /// </summary>
    /// <param name="job">What the caller asked for, already checked, with account and project. The rest is filled in here.</param>
    /// <param name="keyId">The key that asked: the insert is refused if it was revoked meanwhile. Null: a signed-in person.</param>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment; nothing was acknowledged.</exception>
    public async Task<Job?> ScheduleAsync(Job job, Guid? keyId)
    {
        var now = clock.NowMs();
        // A job of another host's partition waits for that host's sweep, if there is time for that.
        var isOurs = liveHosts.Partition.Has(now) || job.FireAt - now < Timing.AnyonesLead.TotalMilliseconds;
        var armsNow = isOurs && alarms.HasRoomFor(job.FireAt);
        job.Id = Guid.CreateVersion7(clock.GetUtcNow());
        job.NextAttemptAt = job.FireAt;
        job.ArmedBy = armsNow ? host.Id : null;
        (job.CreatedAt, job.UpdatedAt) = (now, now);
        if (!await store.InsertAsync(job, keyId)) return null;

        if (armsNow) alarms.Set(new Alarm(job.Id, job.ProjectId, Alarm.DestinationOf(job.WebhookUrl), job.FireAt, IsRetry: false));
        return job;
    }

    /// <summary>Calls a job of the project off, if no host has claimed it.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<CancelOutcome> CancelAsync(Guid jobId, Guid projectId) => store.CancelAsync(jobId, projectId);
}
