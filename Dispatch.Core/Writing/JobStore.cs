using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Writing;

/// <summary>
/// The only writer of a job's status. Everything goes through <see cref="WriteQueue"/>; whatever returns is durable.
/// Inserts and cancellations fail at once when the database is away; what the engine has begun is tried again until it is stored.
/// </summary>
internal sealed class JobStore(WriteQueue commits, IDbContextFactory<DispatchDbContext> contexts, HostIdentity host, TimeProvider clock)
{
    private const int RecoveryBatch = 1000;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc cref="WriteQueue.ClaimLead"/>
    public TimeSpan ClaimLead => commits.ClaimLead;

    /// <summary>False: the key was revoked or the project deleted meanwhile.</summary>
    public Task<bool> InsertAsync(Job job, Guid? keyId) => commits.WriteAsync(new InsertWrite(job, keyId));

    public Task<CancelOutcome> CancelAsync(Guid jobId, Guid projectId) => commits.WriteAsync(new CancelWrite(jobId, projectId));

    /// <summary>The retry's alarm rang: FAILED goes back to SCHEDULED.</summary>
    public Task RearmAsync(Guid jobId, Guid projectId, CancellationToken stopping) => UntilStoredAsync(() => new RearmWrite(jobId, projectId), stopping);

    /// <summary>
    /// Null: cancelled, already claimed, or not this host's. After the database was away, waits until this host's lease is renewed as well: what is claimed
    /// before that would not be sent.
    /// </summary>
    /// <param name="dueAt">When it is due: the claim should be durable by then.</param>
    /// <param name="leaseTerm">The term of this host's lease, null while it does not hold it. Asked anew at each try.</param>
    public Task<ClaimedJob?> ClaimAsync(Guid jobId, long dueAt, Func<int?> leaseTerm, CancellationToken stopping) =>
        UntilStoredAsync(() => leaseTerm() is { } term ? new ClaimWrite(jobId, dueAt, term) : null, stopping);

    /// <summary>Writes the attempt's row and its transition in one transaction. False: the claim was lost, so nothing was written.</summary>
    public Task<bool> RecordAsync(ClaimedJob job, Attempt attempt, Transition transition, long? retryAt, bool keepsAlarm) =>
        UntilStoredAsync(() => new RecordWrite(job, attempt, transition, retryAt, keepsAlarm), CancellationToken.None);

    /// <summary>Takes up to <paramref name="limit"/> free jobs due in (<paramref name="after"/>, <paramref name="until"/>] for this host, earliest first.</summary>
    /// <param name="partition">Which of them are this host's to take; null: any.</param>
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
        var won = await commits.WriteAsync(new CustomWrite<HashSet<Guid>>(async (write, _) =>
        {
            var armed = await write.Jobs
                .Where(j => ids.Contains(j.Id) && j.NextAttemptAt != null)
                .StillFree()
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.ArmedBy, host.Id));
            return armed == ids.Length
                ? [.. ids]
                : await write.Jobs.Where(j => ids.Contains(j.Id) && j.ArmedBy == host.Id).Select(j => j.Id).ToHashSetAsync();
        }));

        return [.. free.Where(alarm => won.Contains(alarm.JobId))];
    }

    /// <summary>What this host holds although it was due before <paramref name="dueBefore"/>: on the wire, or its alarm was lost.</summary>
    public async Task<IReadOnlyList<OverdueAlarm>> OverdueAsync(long dueBefore, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await JobStatements.Overdue.For(db)(db, host.Id, dueBefore).ToListAsync(stopping);
    }

    /// <summary>Frees everything that the host held: it is dead, or about to end. Its attempts that were under way are logged as interrupted.</summary>
    public Task<Recovery> RecoverAsync(Guid hostId, CancellationToken stopping) => RecoverAsync(db => db.Jobs.Where(j => j.ArmedBy == hostId), stopping);

    /// <summary>Frees everything held by hosts that have no row: they are gone, whatever they left.</summary>
    public Task<Recovery> RecoverStraysAsync(CancellationToken stopping) =>
        RecoverAsync(db => db.Jobs.Where(j => j.ArmedBy != null && !db.Hosts.Any(h => h.Id == j.ArmedBy)), stopping);

    /// <summary>Puts together what hosts that have no row counted.</summary>
    public async Task MergeCountersAsync()
    {
        while (await commits.WriteAsync(new CustomWrite<int>((db, _) => db.MergeAsync())) > 0) await Task.Yield();
    }

    /// <summary>Frees claims of this host that nothing in it knows, left by a commit whose answer was lost.</summary>
    public Task<int> InterruptOrphansAsync(IReadOnlyList<Guid> jobIds, CancellationToken stopping) =>
        InterruptAsync(db => db.Jobs.Where(j => jobIds.Contains(j.Id) && j.ArmedBy == host.Id), stopping);

    /// <summary>Removes up to 1,000 jobs of deleted projects, or else 100 requests of their inboxes, or else the projects that have no job left. Returns how many rows went.</summary>
    public async Task<int> PurgeDeletedProjectsAsync(CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await JobStatements.AnyProjectDeleted.For(db)(db, stopping) ? await commits.WriteAsync(new CustomWrite<int>(PurgeAsync)) : 0;
    }

    /// <summary>Removes what is too old for any chart. Returns how many rows went.</summary>
    public Task<int> ForgetHoursAsync() => commits.WriteAsync(new CustomWrite<int>((db, _) => db.ForgetHoursAsync(clock.NowMs())));

    private static async Task<int> PurgeAsync(DispatchDbContext db, JobChanges changes)
    {
        var deleted = db.Projects.Where(p => p.DeletedAt != null).Select(p => p.Id);
        var some = await db.Jobs.Where(j => deleted.Contains(j.ProjectId) && j.Status != JobStatus.Firing).OrderBy(j => j.Id).Take(1000)
            .Select(j => new { j.Id, j.ProjectId, j.Status }).ToListAsync();
        foreach (var job in some) changes.Removed(job.ProjectId, job.Status);
        var ids = some.Select(j => j.Id).ToArray();
        if (ids.Length > 0) return await db.Jobs.Where(j => ids.Contains(j.Id)).ExecuteDeleteAsync();

        // Not left to the projects' own deletion: 100 requests of 256 KiB each, many times over, would be one long transaction.
        var requests = db.InboxRequests.Where(r => deleted.Contains(r.ProjectId)).OrderBy(r => r.Id).Take(ReceivedRequest.MaxPerProject).Select(r => r.Id);
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
            while (await InterruptAsync(held, stopping) is > 0 and var some) interrupted += some;
            // In pieces, the most urgent first: claims wait meanwhile.
            while (await commits.WriteAsync(new CustomWrite<int>((db, _) => FreeAsync(db, held(db)))) is > 0 and var some) freed += some;
        }
        while (interrupted + freed > before);   // the last transaction of a host that has just died may be stored a moment later

        return new Recovery(interrupted, freed);
    }

    private static async Task<int> FreeAsync(DispatchDbContext db, IQueryable<Job> held)
    {
        var waiting = held.Where(j => j.NextAttemptAt != null && j.Status != JobStatus.Firing);
        var ids = await waiting.OrderBy(j => j.NextAttemptAt).Take(RecoveryBatch).Select(j => j.Id).ToArrayAsync();
        return ids.Length == 0 ? 0 : await waiting.Where(j => ids.Contains(j.Id)).ExecuteUpdateAsync(set => set.SetProperty(j => j.ArmedBy, (Guid?)null));
    }

    private Task<int> InterruptAsync(Func<DispatchDbContext, IQueryable<Job>> held, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        return commits.WriteAsync(new CustomWrite<int>(async (db, changes) =>
        {
            var now = clock.NowMs();
            var cut = held(db).Where(j => j.Status == JobStatus.Firing && j.NextAttemptAt != null);
            var some = await cut.OrderBy(j => j.NextAttemptAt).Take(RecoveryBatch).Select(j => new { j.Id, ClaimedAt = j.UpdatedAt }).ToDictionaryAsync(j => j.Id, j => j.ClaimedAt);
            if (some.Count == 0) return 0;

            // Marked, because meanwhile some may have got their outcome, or been interrupted by another host: only what this statement took is written down.
            var ids = some.Keys.ToArray();
            Guid? mark = Guid.CreateVersion7(clock.GetUtcNow());
            await cut.Where(j => ids.Contains(j.Id)).TakeAsync(Transition.Interrupt, new TimeArgument(now), set => set
                .SetProperty(j => j.ArmedBy, (Guid?)null).SetProperty(j => j.ClaimId, mark));
            var taken = await db.Jobs.Where(j => ids.Contains(j.Id) && j.ClaimId == mark).Select(j => new { j.Id, j.ProjectId, j.Attempt }).ToListAsync();
            foreach (var job in taken) changes.Moved(job.ProjectId, job.Id, Transition.Interrupt, now);
            await db.InsertRowsAsync(taken.Select(j => new Attempt
            {
                Id = Guid.CreateVersion7(clock.GetUtcNow()),
                JobId = j.Id,
                Number = j.Attempt,
                Status = AttemptStatus.Interrupted,
                Error = "The host stopped before the outcome of this attempt was recorded.",
                FiredAt = some[j.Id],
            }).ToArray());
            return taken.Count;
        }));
    }

    /// <param name="write">Asked anew at each try; null where it cannot be made now.</param>
    private async Task<TResult> UntilStoredAsync<TResult>(Func<WriteRequest<TResult>?> write, CancellationToken stopping)
    {
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                if (write() is { } next) return await commits.WriteAsync(next);
            }
            catch (StoreUnavailableException)
            {
            }

            await Task.Delay(RetryDelay, stopping);   // not by the injected clock: a test's stands still, and the database has its own time
        }
    }
}
