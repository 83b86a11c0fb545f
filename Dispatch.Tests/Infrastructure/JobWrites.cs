using Dispatch.Alarms;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;

namespace Dispatch.Tests.Infrastructure;

/// <summary>One host's writes of jobs, as its services hand them to the queue.</summary>
internal sealed class JobWrites(WriteQueue queue, StoreRig rig, HostIdentity host)
{
    private readonly JobRecovery recovery = new(queue, host);

    public TimeSpan ClaimLead => queue.ClaimLead;

    public Task<bool> InsertAsync(Job job, Guid? keyId) => queue.WriteAsync(new InsertJob(job, keyId));

    public Task<CancelOutcome> CancelAsync(Guid jobId, Guid projectId) => queue.WriteAsync(new CancelJob(jobId, projectId));

    /// <param name="takes">True: this host arms the job.</param>
    public Task<MovedJob> MoveAsync(Guid jobId, Guid projectId, long dueAt, bool takes = true) =>
        queue.WriteAsync(new MoveJob(jobId, projectId, dueAt, takes));

    public Task<bool> RearmAsync(Alarm alarm) => queue.WriteAsync(new RearmJob(alarm));

    public Task<ClaimedJob?> ClaimAsync(Alarm alarm, Func<int?> leaseTerm) => queue.WriteAsync(new ClaimJob(alarm, leaseTerm));

    public Task<bool> RecordAsync(ClaimedJob job, Attempt attempt, Transition transition, long? retryAt, bool keepsAlarm) =>
        queue.WriteAsync(new EndAttempt(job, attempt, transition, retryAt, keepsAlarm));

    /// <param name="crowded">Projects whose jobs are left out.</param>
    public async Task<IReadOnlyList<Alarm>> ArmAsync(
        long after, long until, int limit, Partition? partition = null, params IReadOnlyList<Guid> crowded) =>
        [.. (await queue.WriteAsync(new ArmJobs(after, until, limit, partition ?? Partition.Whole, crowded)))!
            .OrderBy(alarm => alarm.DueAt)];

    public Task<Recovery> RecoverAsync(Guid hostId) => recovery.RecoverAsync(HeldJobs.Of(hostId), CancellationToken.None);

    /// <summary>As for a host that was last seen at that time and is dead since.</summary>
    public Task<Recovery> RecoverDeadAsync(Guid hostId, long lastSeenAt) =>
        recovery.RecoverAsync(HeldJobs.OfDead(hostId, lastSeenAt), CancellationToken.None);

    public Task<Recovery> RecoverUnknownHostsAsync() => recovery.RecoverAsync(HeldJobs.OfUnknownHosts, CancellationToken.None);

    public Task<int> InterruptOrphanAsync(AlarmId claim) => recovery.InterruptOrphanAsync(claim);

    public async Task MergeCountersAsync()
    {
        while (await queue.WriteAsync(new MergeCounters()) > 0)
        {
        }
    }

    public Task<int> PurgeAsync() => queue.WriteAsync(new PurgeProjects());

    public Task<int> DeleteStrayCountersAsync() => queue.WriteAsync(new DeleteStrayCounters(rig.Clock.NowMs()));
}
