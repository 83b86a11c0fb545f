using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Writing;

/// <summary>
/// The only writer of a job's status. Every write goes through <see cref="WriteQueue"/> and is durable when it returns. Inserts and
/// cancellations fail at once if the database is away; writes of the engine are repeated until they are stored.
/// </summary>
internal sealed class JobStore(WriteQueue queue, IDbContextFactory<DispatchDbContext> contexts, HostIdentity host, TimeProvider clock)
{
    private const int RecoveryBatch = 1000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc cref="WriteQueue.ClaimLead"/>
    public TimeSpan ClaimLead => queue.ClaimLead;

    /// <summary>False: the key was revoked or the project deleted meanwhile.</summary>
    public Task<bool> InsertAsync(Job job, Guid? keyId) => queue.WriteAsync(new InsertWrite(job, keyId));

    public Task<CancelOutcome> CancelAsync(Guid jobId, Guid projectId) => queue.WriteAsync(new CancelWrite(jobId, projectId));

    public Task RearmAsync(Guid jobId, Guid projectId, CancellationToken stopping) =>
        RetryUntilStoredAsync(() => new RearmWrite(jobId, projectId), stopping);

    /// <summary>
    /// Null: cancelled, already claimed, or not this host's. If the database was away, waits until this host's lease is renewed as well,
    /// because the host would not send a job that it claimed before.
    /// </summary>
    /// <param name="dueAt">The claim should be durable by then. Milliseconds since the Unix epoch, UTC.</param>
    /// <param name="leaseTerm">The term of this host's lease; null while the host does not hold it. Called at each try.</param>
    public Task<ClaimedJob?> ClaimAsync(Guid jobId, long dueAt, Func<int?> leaseTerm, CancellationToken stopping) =>
        RetryUntilStoredAsync(() => leaseTerm() is { } term ? new ClaimWrite(jobId, dueAt, term) : null, stopping);

    /// <summary>Writes the attempt's row and its transition in one transaction. False: the claim was lost, nothing was written.</summary>
    public Task<bool> RecordAsync(ClaimedJob job, Attempt attempt, Transition transition, long? retryAt, bool keepsAlarm) =>
        RetryUntilStoredAsync(() => new RecordWrite(job, attempt, transition, retryAt, keepsAlarm), CancellationToken.None);

    /// <summary>Arms free jobs due in (<paramref name="after"/>, <paramref name="until"/>] for this host, earliest first.</summary>
    /// <param name="partition">The jobs that this host may take; null: all.</param>
    public async Task<IReadOnlyList<Alarm>> ArmAsync(long after, long until, int limit, Partition? partition, CancellationToken stopping)
    {
        if (limit <= 0) return [];

        await using var db = await contexts.CreateDbContextAsync(stopping);
        var found = partition is { Count: > 1 }
            ? JobStatements.FreeOfPartition.For(db)(db, after, until, partition.Count, partition.Index, limit)
            : JobStatements.Free.For(db)(db, after, until, limit);
        var free = await found.ToListAsync(stopping);
        if (free.Count == 0) return [];

        var ids = free.Select(alarm => alarm.JobId).ToArray();
        var won = await queue.WriteAsync(new CustomWrite<HashSet<Guid>>(async (writeDb, _) =>
        {
            var armed = await writeDb.Jobs
                .Where(j => ids.Contains(j.Id) && j.NextAttemptAt != null)
                .StillFree()
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.ArmedBy, host.Id));
            return armed == ids.Length
                ? [.. ids]
                : await writeDb.Jobs.Where(j => ids.Contains(j.Id) && j.ArmedBy == host.Id).Select(j => j.Id).ToHashSetAsync();
        }));

        return [.. free.Where(alarm => won.Contains(alarm.JobId))];
    }

    /// <summary>This host's overdue jobs: they are on the wire, or their alarm was lost.</summary>
    public async Task<IReadOnlyList<OverdueAlarm>> OverdueAsync(long dueBefore, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await JobStatements.Overdue.For(db)(db, host.Id, dueBefore).ToListAsync(stopping);
    }

    /// <summary>Frees the jobs of a host that is dead or about to end. Its attempts under way are recorded as interrupted.</summary>
    public Task<Recovery> RecoverAsync(Guid hostId, CancellationToken stopping) =>
        RecoverAsync(db => db.Jobs.Where(j => j.ArmedBy == hostId), stopping);

    /// <summary>Frees the jobs of hosts that have no row, because these hosts are gone.</summary>
    public Task<Recovery> RecoverUnknownHostsAsync(CancellationToken stopping) =>
        RecoverAsync(db => db.Jobs.Where(j => j.ArmedBy != null && !db.Hosts.Any(h => h.Id == j.ArmedBy)), stopping);

    public async Task MergeCountersAsync()
    {
        while (await queue.WriteAsync(new CustomWrite<int>((db, _) => db.MergeAsync())) > 0) await Task.Yield();
    }

    /// <summary>Frees claims of this host that it does not know about, because the answer to their commit was lost.</summary>
    public Task<int> InterruptOrphansAsync(IReadOnlyList<Guid> jobIds, CancellationToken stopping) =>
        InterruptAsync(db => db.Jobs.Where(j => jobIds.Contains(j.Id) && j.ArmedBy == host.Id), stopping);

    /// <summary>Removes 1,000 jobs of deleted projects, otherwise 100 of their requests, otherwise the projects. Returns a count.</summary>
    public async Task<int> PurgeDeletedProjectsAsync(CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await JobStatements.AnyProjectDeleted.For(db)(db, stopping) ? await queue.WriteAsync(new CustomWrite<int>(PurgeAsync)) : 0;
    }

    public Task<int> DeleteOldHoursAsync() => queue.WriteAsync(new CustomWrite<int>((db, _) => db.DeleteOldHoursAsync(clock.NowMs())));

    private static async Task<int> PurgeAsync(DispatchDbContext db, JobChanges changes)
    {
        var deleted = db.Projects.Where(p => p.DeletedAt != null).Select(p => p.Id);
        var jobs = await db.Jobs
            .Where(j => deleted.Contains(j.ProjectId) && j.Status != JobStatus.Firing)
            .OrderBy(j => j.Id).Take(1000)
            .Select(j => new { j.Id, j.ProjectId, j.Status }).ToListAsync();
        foreach (var job in jobs) changes.Removed(job.ProjectId, job.Status);
        var ids = jobs.Select(j => j.Id).ToArray();
        if (ids.Length > 0) return await db.Jobs.Where(j => ids.Contains(j.Id)).ExecuteDeleteAsync();

        // The projects' deletion would cascade to them: 100 requests of 256 KiB per project would make one long transaction.
        var requests = db.InboxRequests
            .Where(r => deleted.Contains(r.ProjectId))
            .OrderBy(r => r.Id).Take(ReceivedRequest.MaxPerProject)
            .Select(r => r.Id);
        if (await db.InboxRequests.Where(r => requests.Contains(r.Id)).ExecuteDeleteAsync() is > 0 and var removed) return removed;
        return await db.Projects.Where(p => p.DeletedAt != null && !db.Jobs.Any(j => j.ProjectId == p.Id)).ExecuteDeleteAsync();
    }

    private async Task<Recovery> RecoverAsync(Func<DispatchDbContext, IQueryable<Job>> held, CancellationToken stopping)
    {
        var (interrupted, freed) = (0, 0);
        int before;
        do
        {
            before = interrupted + freed;
            while (await InterruptAsync(held, stopping) is > 0 and var count) interrupted += count;
            // In small transactions, the most urgent jobs first, because claims wait meanwhile.
            while (await queue.WriteAsync(new CustomWrite<int>((db, _) => FreeAsync(db, held(db)))) is > 0 and var count) freed += count;
        }
        while (interrupted + freed > before);   // the last transaction of a dying host may be stored a moment later

        return new Recovery(interrupted, freed);
    }

    private static async Task<int> FreeAsync(DispatchDbContext db, IQueryable<Job> held)
    {
        var waiting = held.Where(j => j.NextAttemptAt != null && j.Status != JobStatus.Firing);
        var ids = await waiting.OrderBy(j => j.NextAttemptAt).Take(RecoveryBatch).Select(j => j.Id).ToArrayAsync();
        if (ids.Length == 0) return 0;
        return await waiting.Where(j => ids.Contains(j.Id)).ExecuteUpdateAsync(set => set.SetProperty(j => j.ArmedBy, (Guid?)null));
    }

    private Task<int> InterruptAsync(Func<DispatchDbContext, IQueryable<Job>> held, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return queue.WriteAsync(new CustomWrite<int>(async (db, changes) =>
        {
            var now = clock.NowMs();
            var firing = held(db).Where(j => j.Status == JobStatus.Firing && j.NextAttemptAt != null);
            var claimedAt = await firing
                .OrderBy(j => j.NextAttemptAt).Take(RecoveryBatch)
                .Select(j => new { j.Id, ClaimedAt = j.UpdatedAt })
                .ToDictionaryAsync(j => j.Id, j => j.ClaimedAt);
            if (claimedAt.Count == 0) return 0;

            // The mark shows which jobs this statement took: meanwhile others may have got their outcome, or another host interrupted them.
            var ids = claimedAt.Keys.ToArray();
            Guid? mark = Guid.CreateVersion7(clock.GetUtcNow());
            await firing.Where(j => ids.Contains(j.Id)).TakeAsync(Transition.Interrupt, new TimeArgument(now), set => set
                .SetProperty(j => j.ArmedBy, (Guid?)null).SetProperty(j => j.ClaimId, mark));
            var taken = await db.Jobs
                .Where(j => ids.Contains(j.Id) && j.ClaimId == mark)
                .Select(j => new { j.Id, j.ProjectId, j.Attempt }).ToListAsync();
            foreach (var job in taken) changes.Moved(job.ProjectId, job.Id, Transition.Interrupt, now);
            await db.InsertRowsAsync(taken.Select(j => new Attempt
            {
                Id = Guid.CreateVersion7(clock.GetUtcNow()),
                JobId = j.Id,
                Number = j.Attempt,
                Status = AttemptStatus.Interrupted,
                Error = "The host stopped before the outcome of this attempt was recorded.",
                FiredAt = claimedAt[j.Id],
            }).ToArray());
            return taken.Count;
        }));
    }

    /// <param name="write">Called at each try. Null: the write cannot be made now.</param>
    private async Task<TResult> RetryUntilStoredAsync<TResult>(Func<WriteRequest<TResult>?> write, CancellationToken stopping)
    {
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                if (write() is { } next) return await queue.WriteAsync(next);
            }
            catch (StoreUnavailableException)
            {
            }

            await Task.Delay(RetryDelay, stopping);   // not the injected clock: it stands still in tests, but the database does not
        }
    }
}
