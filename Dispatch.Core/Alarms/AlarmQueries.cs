using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Alarms;

/// <summary>What the sweeper asks the database every second, each translated once.</summary>
internal sealed class AlarmQueries(IDbContextFactory<DispatchDbContext> contexts, HostIdentity host)
{
    public const int MaxHeld = 10_000;

    private static readonly CompiledQuery<Func<DispatchDbContext, long, long, long, long, Task<bool>>> AnyFree =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, long after, long until, long hosts, long index) => db.Jobs
            .Any(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until
                && j.CreatedAt % Partition.Cycle % hosts == index)));

    private static readonly CompiledQuery<Func<DispatchDbContext, long, long, long, long, Guid[], Task<bool>>> AnyFreeOfOthers =
        new(() => EF.CompileAsyncQuery(
            (DispatchDbContext db, long after, long until, long hosts, long index, Guid[] crowded) => db.Jobs
                .Any(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until
                    && !crowded.Contains(j.ProjectId) && j.CreatedAt % Partition.Cycle % hosts == index)));

    private static readonly CompiledQuery<Func<DispatchDbContext, Guid, long, IAsyncEnumerable<HeldAlarm>>> Held =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid hostId, long dueBefore) => db.Jobs
            .Where(j => j.ArmedBy == hostId && j.NextAttemptAt < dueBefore)
            .OrderBy(j => j.NextAttemptAt).Take(MaxHeld)
            .Select(j => new HeldAlarm(
                new Alarm(
                    j.Id, j.AccountId, j.ProjectId, Alarm.DestinationOf(j.WebhookUrl), j.NextAttemptAt!.Value,
                    j.Status == JobStatus.Failed, j.Attempt, j.Generation),
                j.Status))));

    /// <summary>True if <c>ArmJobs</c> would find a job. A transaction that finds none would cost more.</summary>
    /// <param name="crowded">Projects whose jobs do not count.</param>
    public async Task<bool> AnyFreeAsync(
        long after, long until, Partition partition, IReadOnlyList<Guid> crowded, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return crowded.Count == 0
            ? await AnyFree.For(db)(db, after, until, partition.Count, partition.Index)
            : await AnyFreeOfOthers.For(db)(db, after, until, partition.Count, partition.Index, [.. crowded]);
    }

    /// <summary>The jobs that this host holds and that are due before that time, earliest first.</summary>
    public async Task<IReadOnlyList<HeldAlarm>> HeldAsync(long dueBefore, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await Held.For(db)(db, host.Id, dueBefore).ToListAsync(stopping);
    }
}

/// <summary>A job that this host holds, and its alarm.</summary>
internal sealed record HeldAlarm(Alarm Alarm, JobStatus Status);
