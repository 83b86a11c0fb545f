using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>The figures of the overview page. Instants are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="Day">The sum of <paramref name="Hours"/>.</param>
/// <param name="FailedNow">The number of jobs that wait for a retry.</param>
/// <param name="Hours">24 hours, the oldest first; the last one is still running.</param>
/// <param name="NextHour">60 minutes; the first one is still running.</param>
/// <param name="LatestFailures">At most 8 FAILED and DEAD jobs, the latest first.</param>
internal sealed record OverviewFigures(
    HourlyTotals Day,
    long FailedNow,
    IReadOnlyList<HourFigures> Hours,
    IReadOnlyList<MinuteFigures> NextHour,
    IReadOnlyList<JobSummary> LatestFailures,
    FirstSteps FirstSteps,
    IReadOnlyDictionary<Guid, ProjectRef> Projects);

/// <summary>The attempts sent in one hour.</summary>
internal sealed record HourFigures(long From, HourlyTotals Attempts);

/// <summary>The attempts due in one minute.</summary>
internal sealed record MinuteFigures(long From, long Due);

/// <summary>The steps that a new account has taken.</summary>
internal sealed record FirstSteps(Project? FirstProject, bool HasKey, JobSummary? NewestJob, bool HasFired);

/// <summary>Reads the overview: past hours from counters, the next hour from the arming index.</summary>
internal sealed class OverviewQueries(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock)
{
    private const int Failures = 8;
    private const long Minute = 60_000;

    public async Task<OverviewFigures> ReadAsync(Guid accountId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var visibility = (await JobVisibility.LoadAsync(db, new JobScope(accountId, null), null, cancellation))!;
        Guid[] projectIds = [.. visibility.Projects.Keys];
        var counts = await visibility.CountAsync(db, cancellation);
        var hours = await HoursAsync(db, projectIds, cancellation);
        var day = new HourlyTotals();
        foreach (var hour in hours) day.Add(hour.Attempts.Figures);

        return new OverviewFigures(
            day,
            counts.Failed,
            hours,
            await NextHourAsync(db, projectIds, cancellation),
            await FailuresAsync(db, visibility, cancellation),
            await FirstStepsAsync(db, visibility, counts, cancellation),
            visibility.Projects);
    }

    private async Task<IReadOnlyList<HourFigures>> HoursAsync(DispatchDbContext db, Guid[] projectIds, CancellationToken cancellation)
    {
        var first = HourlyTotals.HourOf(clock.NowMs()) - (23 * HourlyStats.Length);
        HourFigures[] hours =
        [
            .. Enumerable.Range(0, 24).Select(i => new HourFigures(first + (i * HourlyStats.Length), new HourlyTotals())),
        ];
        var rows = await db.HourlyStats.AsNoTracking()
            .Where(h => projectIds.Contains(h.ProjectId) && h.Hour >= first)
            .ToListAsync(cancellation);
        foreach (var row in rows)
        {
            var index = (row.Hour - first) / HourlyStats.Length;
            if (index < hours.Length) hours[index].Attempts.Add(row.Figures);   // a clock that was set back leaves later hours
        }

        return hours;
    }

    // One query per holder of alarms, because the index begins with the holder, and there are few hosts.
    private async Task<IReadOnlyList<MinuteFigures>> NextHourAsync(DispatchDbContext db, Guid[] projectIds, CancellationToken cancellation)
    {
        var first = clock.NowMs() / Minute * Minute;
        var until = first + (60 * Minute);
        var due = new long[60];
        List<Guid?> holders = [null, .. await db.Hosts.Select(h => (Guid?)h.Id).ToListAsync(cancellation)];
        foreach (var holder in holders)
        {
            var minutes = await db.Jobs
                .Where(j => j.ArmedBy == holder && j.NextAttemptAt >= first && j.NextAttemptAt < until && projectIds.Contains(j.ProjectId))
                .GroupBy(j => (j.NextAttemptAt!.Value - first) / Minute)
                .Select(g => new { At = g.Key, Due = g.LongCount() })
                .ToListAsync(cancellation);
            foreach (var minute in minutes) due[minute.At] += minute.Due;
        }

        return [.. due.Select((count, at) => new MinuteFigures(first + (at * Minute), count))];
    }

    private static async Task<IReadOnlyList<JobSummary>> FailuresAsync(
        DispatchDbContext db, JobVisibility visibility, CancellationToken cancellation)
    {
        var (accountId, deleted) = (visibility.AccountId, visibility.Deleted);
        var ids = await db.Jobs
            .Where(j => j.AccountId == accountId
                && (j.Status == JobStatus.Failed || j.Status == JobStatus.Dead)
                && !deleted.Contains(j.ProjectId))
            .OrderByDescending(j => j.UpdatedAt)
            .Take(Failures)
            .Select(j => j.Id)
            .ToArrayAsync(cancellation);
        return [.. visibility.Visible(await db.RowsAsync(ids, cancellation)).OrderByDescending(j => j.UpdatedAt)];
    }

    private static async Task<FirstSteps> FirstStepsAsync(
        DispatchDbContext db, JobVisibility visibility, StatusCounts counts, CancellationToken cancellation)
    {
        var accountId = visibility.AccountId;
        var projects = db.Projects.AsNoTracking().Where(p => p.AccountId == accountId && p.DeletedAt == null);
        var firstProject = await projects.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).FirstOrDefaultAsync(cancellation);
        var hasKey = await projects.AnyAsync(p => db.ApiKeys.Any(k => k.ProjectId == p.Id), cancellation);
        var page = await db.PageAsync(visibility.Ranges(db, null), visibility.Jobs(db, null), 0, 1, counts.Total, cancellation);
        var newestJob = visibility.Visible(page) is [var newest] ? newest : null;
        return new FirstSteps(firstProject, hasKey, newestJob, counts.Success > 0);
    }
}
