using System.Linq.Expressions;
using Dispatch.Data;
using Dispatch.Execution;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Jobs;

/// <summary>
/// The statements of nearly every batch, and those that are asked every second of an idle host's life, each translated once: a batch is often small, and what its statements
/// cost is more than its rows.
/// </summary>
internal static class JobStatements
{
    private static readonly Expression<Func<Job, LiveJob>> Live = j => new LiveJob(j.Id, j.ProjectId, j.WebhookUrl, j.NextAttemptAt!.Value, j.Status);

    /// <summary>Free jobs due in (after, until], earliest first.</summary>
    public static readonly Kept<Func<DispatchDbContext, long, long, int, IAsyncEnumerable<LiveJob>>> Free = new(() => EF.CompileAsyncQuery((DispatchDbContext db, long after, long until, int limit) => db.Jobs
        .Where(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until)
        .OrderBy(j => j.NextAttemptAt).Take(limit).Select(Live)));

    /// <summary>Of these, the share of the host with this rank among so many: what <see cref="HostShare.Has"/> says, for the database.</summary>
    public static readonly Kept<Func<DispatchDbContext, long, long, long, long, int, IAsyncEnumerable<LiveJob>>> FreeOfShare = new(() => EF.CompileAsyncQuery(
        (DispatchDbContext db, long after, long until, long hosts, long rank, int limit) => db.Jobs
            .Where(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until && j.CreatedAt % HostShare.Cycle % hosts == rank)
            .OrderBy(j => j.NextAttemptAt).Take(limit).Select(Live)));

    /// <summary>What the host holds although it was due before that, earliest first; at most 10,000.</summary>
    public static readonly Kept<Func<DispatchDbContext, Guid, long, IAsyncEnumerable<LiveJob>>> Overdue = new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid hostId, long dueBefore) => db.Jobs
        .Where(j => j.ArmedBy == hostId && j.NextAttemptAt < dueBefore)
        .OrderBy(j => j.NextAttemptAt).Take(10_000).Select(Live)));

    /// <summary>Whether there is something to clear away.</summary>
    public static readonly Kept<Func<DispatchDbContext, CancellationToken, Task<bool>>> AnyProjectDeleted = new(() => EF.CompileAsyncQuery((DispatchDbContext db, CancellationToken _) =>
        db.Projects.Any(p => p.DeletedAt != null)));

    /// <summary>Of these keys, those that are there and whose project is not deleted.</summary>
    public static readonly Kept<Func<DispatchDbContext, Guid[], IAsyncEnumerable<Guid>>> LivingKeys = new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid[] ids) =>
        db.ApiKeys.Where(k => ids.Contains(k.Id) && db.Projects.Any(p => p.Id == k.ProjectId && p.DeletedAt == null)).Select(k => k.Id)));

    /// <summary><see cref="Transition.Rearm"/>, marked.</summary>
    public static readonly KeptUpdate<Job, Marking> Rearm = new((jobs, _, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && j.NextAttemptAt <= a.Latest)
        .StillHeldBy(a)
        .TakeAsync(Transition.Rearm, a, set => set.SetProperty(j => j.ClaimId, _ => a.Mark)));

    /// <summary><see cref="Transition.Claim"/>, marked.</summary>
    public static readonly KeptUpdate<Job, Marking> Claim = new((jobs, db, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && j.NextAttemptAt <= a.Latest)
        .StillHeldBy(a)
        .InLivingProjects(db)
        .TakeAsync(Transition.Claim, a, set => set.SetProperty(j => j.Attempt, j => j.Attempt + 1).SetProperty(j => j.ClaimId, _ => a.Mark)));

    /// <summary>Of these jobs, those that a claim has marked, with what their delivery needs.</summary>
    public static readonly Kept<Func<DispatchDbContext, Guid[], Guid?, IAsyncEnumerable<ClaimedJob>>> Claimed = new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid[] ids, Guid? mark) =>
        from j in db.Jobs
        join p in db.Projects on j.ProjectId equals p.Id
        where ids.Contains(j.Id) && j.ClaimId == mark
        select new ClaimedJob(
            j.Id, j.ProjectId, j.Title, j.WebhookUrl, j.Payload, j.NextAttemptAt!.Value, j.Attempt, j.RetryCount,
            p.SecretCipher, p.PreviousSecretCipher, p.PreviousSecretExpiresAt)));

    /// <summary>Adds to a host's counters of some projects, and to their stamp of changes.</summary>
    public static readonly KeptUpdate<ProjectTally, Counting> Count = new((tallies, _, a) => tallies
        .Where(t => t.HostId == a.HostId && a.ProjectIds.Contains(t.ProjectId))
        .ExecuteUpdateAsync(set => set
            .SetProperty(t => t.Scheduled, t => t.Scheduled + a.Scheduled)
            .SetProperty(t => t.Firing, t => t.Firing + a.Firing)
            .SetProperty(t => t.Success, t => t.Success + a.Success)
            .SetProperty(t => t.Failed, t => t.Failed + a.Failed)
            .SetProperty(t => t.Dead, t => t.Dead + a.Dead)
            .SetProperty(t => t.Cancelled, t => t.Cancelled + a.Cancelled)
            .SetProperty(t => t.Changes, t => t.Changes + 1)));

    private static readonly Dictionary<Transition, KeptUpdate<Job, Ending>> Endings = new[] { Transition.Deliver, Transition.Exhaust }.ToDictionary(transition => transition, End);

    private static readonly KeptUpdate<Job, Retrying> Retry = new((jobs, _, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && j.Attempt == a.Attempt)
        .TakeAsync(Transition.Retry, a, set => set
            .SetProperty(j => j.NextAttemptAt, _ => a.RetryAt).SetProperty(j => j.RetryCount, j => j.RetryCount + 1).SetProperty(j => j.ArmedBy, j => a.KeepsAlarm ? j.ArmedBy : null)));

    /// <summary>An attempt's end: <see cref="Transition.Deliver"/>, <see cref="Transition.Exhaust"/> or <see cref="Transition.Retry"/>. Returns how many of the jobs were still at this attempt.</summary>
    /// <param name="retryAt">For <see cref="Transition.Retry"/>, ms since the Unix epoch, UTC.</param>
    /// <param name="keepsAlarm">Likewise: false leaves the retry to whoever arms it.</param>
    public static Task<int> EndAsync(DispatchDbContext db, Transition transition, Guid[] ids, int attempt, long now, long? retryAt, bool keepsAlarm) =>
        Endings.TryGetValue(transition, out var ending)
            ? ending.ExecuteAsync(db, new Ending(ids, attempt, now))
            : Retry.ExecuteAsync(db, new Retrying(ids, attempt, now, retryAt!.Value, keepsAlarm));

    private static KeptUpdate<Job, Ending> End(Transition transition) =>
        new((jobs, _, a) => jobs.Where(j => a.Ids.Contains(j.Id) && j.Attempt == a.Attempt).TakeAsync(transition, a));

    /// <param name="Latest">What is due later is left alone. ms since the Unix epoch, UTC.</param>
    internal sealed record Marking(Guid[] Ids, Guid HostId, Guid? Mark, long Latest, long Now) : IMoment, IHolder;

    /// <param name="ProjectIds">Projects whose jobs changed alike; the others say by how much.</param>
    internal sealed record Counting(Guid HostId, Guid[] ProjectIds, long Scheduled, long Firing, long Success, long Failed, long Dead, long Cancelled);

    private sealed record Ending(Guid[] Ids, int Attempt, long Now) : IMoment;

    private sealed record Retrying(Guid[] Ids, int Attempt, long Now, long? RetryAt, bool KeepsAlarm) : IMoment;
}
