using System.Linq.Expressions;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Alarms;

/// <summary>What the sweeper asks the database every second, each translated once.</summary>
internal sealed class AlarmQueries(IDbContextFactory<DispatchDbContext> contexts, HostIdentity host)
{
    private static readonly Expression<Func<Job, OverdueAlarm>> OverdueAlarmOf = j => new OverdueAlarm(
        new Alarm(
            j.Id, j.ProjectId, Alarm.DestinationOf(j.WebhookUrl), j.NextAttemptAt!.Value, j.Status == JobStatus.Failed,
            j.Attempt, j.Generation),
        j.Status);

    private static readonly CompiledQuery<Func<DispatchDbContext, long, long, long, long, Task<bool>>> AnyFree =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, long after, long until, long hosts, long index) => db.Jobs
            .Any(j => j.ArmedBy == null && j.NextAttemptAt > after && j.NextAttemptAt <= until
                && j.CreatedAt % Partition.Cycle % hosts == index)));

    private static readonly CompiledQuery<Func<DispatchDbContext, Guid, long, IAsyncEnumerable<OverdueAlarm>>> Overdue =
        new(() => EF.CompileAsyncQuery((DispatchDbContext db, Guid hostId, long dueBefore) => db.Jobs
            .Where(j => j.ArmedBy == hostId && j.NextAttemptAt < dueBefore)
            .OrderBy(j => j.NextAttemptAt).Take(10_000)
            .Select(OverdueAlarmOf)));

    /// <summary>True if <c>ArmJobs</c> would find a job. A transaction that finds none would cost more.</summary>
    public async Task<bool> AnyFreeAsync(long after, long until, Partition partition, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await AnyFree.For(db)(db, after, until, partition.Count, partition.Index);
    }

    /// <summary>The jobs that this host holds although they were due before that time, earliest first; at most 10,000.</summary>
    public async Task<IReadOnlyList<OverdueAlarm>> OverdueAsync(long dueBefore, CancellationToken stopping)
    {
        await using var db = await contexts.CreateDbContextAsync(stopping);
        return await Overdue.For(db)(db, host.Id, dueBefore).ToListAsync(stopping);
    }
}

/// <summary>A job that is on the wire, or whose alarm was lost.</summary>
internal sealed record OverdueAlarm(Alarm Alarm, JobStatus Status);
