using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Writing;

/// <summary>Executes a batch in one transaction. Cancellations go before claims, so that the user wins over the engine.</summary>
internal sealed class WriteBatch(HostIdentity host, TimeProvider clock)
{
    public async Task ApplyAsync(DispatchDbContext db, IReadOnlyList<WriteRequest> writes, JobChanges changes)
    {
        var now = clock.NowMs();

        await InsertAsync(db, [.. writes.OfType<InsertWrite>()], changes);
        foreach (var custom in writes.OfType<ICustomWrite>()) await custom.RunAsync(db, changes);
        foreach (var cancel in writes.OfType<CancelWrite>()) cancel.Result = await CancelAsync(db, cancel, now, changes);
        await RearmAsync(db, [.. writes.OfType<RearmWrite>()], now, changes);
        await ClaimAsync(db, [.. writes.OfType<ClaimWrite>()], now, changes);
        await RecordAsync(db, [.. writes.OfType<RecordWrite>()], now, changes);
        await db.CountAsync(host.Id, changes.Counters);
    }

    private static async Task InsertAsync(DispatchDbContext db, InsertWrite[] inserts, JobChanges changes)
    {
        if (inserts.Length == 0) return;

        // Checked in this transaction, so that a key that was revoked or a project that was deleted before it gets no new job.
        var keyIds = inserts.Where(i => i.KeyId is not null).Select(i => i.KeyId!.Value).Distinct().ToArray();
        var keys = keyIds.Length == 0 ? [] : await JobStatements.ActiveKeys.For(db)(db, keyIds).ToHashSetAsync();
        var projectIds = inserts.Where(i => i.KeyId is null).Select(i => i.Job.ProjectId).Distinct().ToArray();
        var projects = projectIds.Length == 0
            ? []
            : await db.Projects.Where(p => projectIds.Contains(p.Id) && p.DeletedAt == null).Select(p => p.Id).ToHashSetAsync();

        foreach (var insert in inserts)
        {
            insert.Result = insert.KeyId is { } key ? keys.Contains(key) : projects.Contains(insert.Job.ProjectId);
        }

        var jobs = inserts.Where(i => i.Result).Select(i => i.Job).ToArray();
        await db.InsertRowsAsync(jobs);
        foreach (var job in jobs) changes.Inserted(job);
    }

    private static async Task<CancelOutcome> CancelAsync(DispatchDbContext db, CancelWrite cancel, long now, JobChanges changes)
    {
        var job = db.Jobs.Where(j => j.Id == cancel.JobId && j.ProjectId == cancel.ProjectId);
        if (await job.TakeAsync(Transition.Cancel, new TimeArgument(now)) == 1)
        {
            changes.Moved(cancel.ProjectId, cancel.JobId, Transition.Cancel, now);
            return CancelOutcome.Cancelled;
        }

        return await job.AnyAsync() ? CancelOutcome.NotScheduled : CancelOutcome.NotFound;
    }

    private async Task RearmAsync(DispatchDbContext db, RearmWrite[] rearms, long now, JobChanges changes)
    {
        if (rearms.Length == 0) return;

        var projects = rearms.DistinctBy(r => r.JobId).ToDictionary(r => r.JobId, r => r.ProjectId);
        var ids = projects.Keys.ToArray();
        Guid? mark = Guid.CreateVersion7(clock.GetUtcNow());
        var latest = now + (long)Timing.AlarmLead.TotalMilliseconds + 1000;   // a stale alarm must not bring a later retry forward
        var rearmed = await JobStatements.Rearm.ExecuteAsync(db, new(ids, host.Id, mark, latest, now));

        // Duplicate and stale alarms change no row. The mark shows which alarms did.
        var rearmedIds = rearmed == ids.Length
            ? ids
            : await db.Jobs.Where(j => ids.Contains(j.Id) && j.ClaimId == mark).Select(j => j.Id).ToArrayAsync();
        foreach (var id in rearmedIds) changes.Moved(projects[id], id, Transition.Rearm, now);
    }

    private async Task ClaimAsync(DispatchDbContext db, ClaimWrite[] claims, long now, JobChanges changes)
    {
        if (claims.Length == 0) return;

        var ids = claims.Select(c => c.JobId).ToArray();
        var claimId = Guid.CreateVersion7(clock.GetUtcNow());
        var latest = now + (long)Timing.EarliestClaim.TotalMilliseconds;   // a stale alarm must not claim a later retry early
        await JobStatements.Claim.ExecuteAsync(db, new(ids, host.Id, claimId, latest, now));
        var won = await JobStatements.Claimed.For(db)(db, ids, claimId).ToDictionaryAsync(j => j.Id);
        foreach (var job in won.Values) changes.Moved(job.ProjectId, job.Id, Transition.Claim, now);
        // Two alarms of one job may claim it in one batch; the first gets it.
        foreach (var claim in claims) claim.Result = won.Remove(claim.JobId, out var job) ? job with { Term = claim.Term } : null;
    }

    private static async Task RecordAsync(DispatchDbContext db, RecordWrite[] records, long now, JobChanges changes)
    {
        foreach (var group in records.GroupBy(r => (r.Transition, r.Job.Attempt, r.RetryAt, r.KeepsAlarm)))
        {
            var (transition, attempt, retryAt, keepsAlarm) = group.Key;
            var ids = group.Select(r => r.Job.Id).ToArray();
            var recorded = await JobStatements.EndAsync(db, transition, ids, attempt, now, retryAt, keepsAlarm);

            // One claim was lost. The queue repeats the batch one by one, and then only that outcome is not written.
            if (recorded < ids.Length && ids.Length > 1) throw new LostClaimException();
            foreach (var record in group)
            {
                record.Result = recorded == ids.Length;
                if (!record.Result) continue;
                changes.Moved(record.Job.ProjectId, record.Job.Id, transition, now);
                changes.Attempted(record.Job.ProjectId, record.Attempt, died: transition == Transition.Exhaust);
            }
        }

        await db.InsertRowsAsync([.. records.Where(r => r.Result).Select(r => r.Attempt)]);
    }

    private sealed class LostClaimException() : Exception("One of the outcomes belongs to a claim that this host has lost.");
}
