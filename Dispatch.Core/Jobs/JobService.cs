using Dispatch.Alarms;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;

namespace Dispatch.Jobs;

/// <summary>What a caller wants delivered, already checked.</summary>
/// <param name="FireAt">Milliseconds since the Unix epoch, UTC.</param>
/// <param name="KeyId">The key that asked; the insert is refused when it was revoked meanwhile. Null: a signed-in person.</param>
internal sealed record NewJob(Guid AccountId, Guid ProjectId, Guid? KeyId, string Title, string WebhookUrl, byte[] Payload, long FireAt);

/// <summary>Where jobs are handed in and called off: the engine's door for the API and the dashboard.</summary>
internal sealed class JobService(JobStore store, AlarmClock alarms, HostIdentity host, LiveHosts liveHosts, TimeProvider clock)
{
    /// <summary>Stores the job durably, then arms it when it is due soon. Null: the key was revoked or the project deleted meanwhile.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment; nothing was acknowledged.</exception>
    public async Task<Job?> ScheduleAsync(NewJob wanted)
    {
        var now = clock.NowMs();
        // Another host's part waits for its sweep, where there is time for that.
        var isOurs = liveHosts.Partition.Has(now) || wanted.FireAt - now < Timing.AnyonesLead.TotalMilliseconds;
        var armsNow = isOurs && alarms.HasRoomFor(wanted.FireAt);
        var job = new Job
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            AccountId = wanted.AccountId,
            ProjectId = wanted.ProjectId,
            Title = wanted.Title,
            WebhookUrl = wanted.WebhookUrl,
            Payload = wanted.Payload,
            FireAt = wanted.FireAt,
            NextAttemptAt = wanted.FireAt,
            ArmedBy = armsNow ? host.Id : null,
            CreatedAt = now,
            UpdatedAt = now,
        };
        if (!await store.InsertAsync(job, wanted.KeyId)) return null;

        if (armsNow) alarms.Set(new Alarm(job.Id, job.ProjectId, Alarm.DestinationOf(job.WebhookUrl), job.FireAt, IsRetry: false));
        return job;
    }

    /// <summary>Calls a job of the project off, if no host has claimed it.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<CancelOutcome> CancelAsync(Guid jobId, Guid projectId) => store.CancelAsync(jobId, projectId);
}
