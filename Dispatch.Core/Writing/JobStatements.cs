using System.Linq.Expressions;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Writing;

/// <summary>The statements of nearly every batch, each translated once: translation costs more than the rows of a small batch.</summary>
internal static class JobStatements
{
    private static readonly Expression<Func<Job, Alarm>> AlarmOf =
        j => new Alarm(j.Id, j.ProjectId, Alarm.DestinationOf(j.WebhookUrl), j.NextAttemptAt!.Value, j.Status == JobStatus.Failed);

    /// <summary>Free jobs due in (after, until], earliest first.</summary>
    public static readonly CompiledQuery<Func<DispatchDbContext, long, long, int, IAsyncEnumerable<Alarm>>> Free =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, long after, long until, int limit) => db.Jobs
            .Where(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until)
            .OrderBy(j => j.NextAttemptAt).Take(limit).Select(AlarmOf)));

    /// <summary>The free jobs of one host's <see cref="Partition"/>: <see cref="Partition.Has"/> as SQL.</summary>
    public static readonly CompiledQuery<Func<DispatchDbContext, long, long, long, long, int, IAsyncEnumerable<Alarm>>> FreeOfPartition =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, long after, long until, long hosts, long index, int limit) => db.Jobs
            .Where(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until
                && j.CreatedAt % Partition.Cycle % hosts == index)
            .OrderBy(j => j.NextAttemptAt).Take(limit).Select(AlarmOf)));

    /// <summary>The jobs that the host holds although they were due before that time, earliest first; at most 10,000.</summary>
    public static readonly CompiledQuery<Func<DispatchDbContext, Guid, long, IAsyncEnumerable<OverdueAlarm>>> Overdue =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid hostId, long dueBefore) => db.Jobs
            .Where(j => j.ArmedBy == hostId && j.NextAttemptAt < dueBefore)
            .OrderBy(j => j.NextAttemptAt).Take(10_000)
            .Select(j => new OverdueAlarm(
                new Alarm(j.Id, j.ProjectId, Alarm.DestinationOf(j.WebhookUrl), j.NextAttemptAt!.Value, j.Status == JobStatus.Failed),
                j.Status))));

    public static readonly CompiledQuery<Func<DispatchDbContext, CancellationToken, Task<bool>>> AnyProjectDeleted =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, CancellationToken _) => db.Projects.Any(p => p.DeletedAt != null)));

    public static readonly CompiledQuery<Func<DispatchDbContext, Guid[], IAsyncEnumerable<Guid>>> ActiveKeys =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid[] ids) => db.ApiKeys
            .Where(k => ids.Contains(k.Id) && db.Projects.Any(p => p.Id == k.ProjectId && p.DeletedAt == null))
            .Select(k => k.Id)));

    /// <summary>The mark of this statement and the next shows which rows they changed.</summary>
    public static readonly CompiledUpdate<Job, MarkArguments> Rearm = new((jobs, _, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && j.NextAttemptAt <= a.Latest)
        .HeldBy(a)
        .TakeAsync(Transition.Rearm, a, set => set.SetProperty(j => j.ClaimId, _ => a.Mark)));

    public static readonly CompiledUpdate<Job, MarkArguments> Claim = new((jobs, db, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && j.NextAttemptAt <= a.Latest)
        .HeldBy(a)
        .OfActiveProjects(db)
        .TakeAsync(Transition.Claim, a, set => set
            .SetProperty(j => j.Attempt, j => j.Attempt + 1)
            .SetProperty(j => j.ClaimId, _ => a.Mark)));

    /// <summary>The jobs that a claim has marked, with the secrets for their delivery.</summary>
    public static readonly CompiledQuery<Func<DispatchDbContext, Guid[], Guid?, IAsyncEnumerable<ClaimedJob>>> Claimed =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid[] ids, Guid? mark) =>
            from j in db.Jobs.AsNoTracking()
            join p in db.Projects on j.ProjectId equals p.Id
            where ids.Contains(j.Id) && j.ClaimId == mark
            select new ClaimedJob(j, p.SecretCipher, p.PreviousSecretCipher, p.PreviousSecretExpiresAt)));

    private static readonly Dictionary<Transition, CompiledUpdate<Job, EndArguments>> Endings =
        new[] { Transition.Deliver, Transition.Exhaust }.ToDictionary(transition => transition, End);

    private static readonly CompiledUpdate<Job, RetryArguments> Retry = new((jobs, _, a) => jobs
        .Where(j => a.Ids.Contains(j.Id) && j.Attempt == a.Attempt)
        .TakeAsync(Transition.Retry, a, set => set
            .SetProperty(j => j.NextAttemptAt, _ => a.RetryAt)
            .SetProperty(j => j.RetryCount, j => j.RetryCount + 1)
            .SetProperty(j => j.ArmedBy, j => a.KeepsAlarm ? j.ArmedBy : null)));

    /// <summary>Ends an attempt. Returns how many of the jobs were still at this attempt.</summary>
    /// <param name="retryAt">Only for Retry: milliseconds since the Unix epoch, UTC.</param>
    /// <param name="keepsAlarm">Only for Retry: false frees the job, so that any host may arm the retry.</param>
    public static Task<int> EndAsync(
        DispatchDbContext db, Transition transition, Guid[] ids, int attempt, long now, long? retryAt, bool keepsAlarm) =>
        Endings.TryGetValue(transition, out var ending)
            ? ending.ExecuteAsync(db, new EndArguments(ids, attempt, now))
            : Retry.ExecuteAsync(db, new RetryArguments(ids, attempt, now, retryAt!.Value, keepsAlarm));

    private static CompiledUpdate<Job, EndArguments> End(Transition transition) =>
        new((jobs, _, a) => jobs.Where(j => a.Ids.Contains(j.Id) && j.Attempt == a.Attempt).TakeAsync(transition, a));

    /// <param name="Latest">Jobs due later are left alone. Milliseconds since the Unix epoch, UTC.</param>
    internal sealed record MarkArguments(Guid[] Ids, Guid HostId, Guid? Mark, long Latest, long Now) : ITimeArgument, IHostArgument;

    private sealed record EndArguments(Guid[] Ids, int Attempt, long Now) : ITimeArgument;

    private sealed record RetryArguments(Guid[] Ids, int Attempt, long Now, long? RetryAt, bool KeepsAlarm) : ITimeArgument;
}
