using Dispatch.Alarms;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;

namespace Dispatch.Jobs;

/// <summary>
/// Schedules and cancels jobs. It comes after <c>JobsApi</c> (or the dashboard) on a job's way; it has the job stored by
/// <see cref="WriteQueue"/>, and then sets its alarm in <see cref="AlarmClock"/>.
/// </summary>
internal sealed class JobService(JobStore store, AlarmClock alarms, HostIdentity host, LiveHosts liveHosts, TimeProvider clock)
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
        var armsNow = isOurs && alarms.HasRoomFor(job.FireAt);
        job.Id = Guid.CreateVersion7(clock.GetUtcNow());
        job.NextAttemptAt = job.FireAt;
        job.ArmedBy = armsNow ? host.Id : null;
        (job.CreatedAt, job.UpdatedAt) = (now, now);
        if (!await store.InsertAsync(job, keyId)) return null;

        if (armsNow) alarms.Set(new Alarm(job.Id, job.ProjectId, Alarm.DestinationOf(job.WebhookUrl), job.FireAt, IsRetry: false));
        return job;
    }

    /// <summary>Cancels a job of the project if no host has claimed it.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<CancelOutcome> CancelAsync(Guid jobId, Guid projectId) => store.CancelAsync(jobId, projectId);
}
