using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>What the overview shows. Instants are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="Day">The attempts of <paramref name="Hours"/> together.</param>
/// <param name="FailedNow">Jobs that wait for a retry.</param>
/// <param name="Hours">24, the oldest first, the last one the running hour.</param>
/// <param name="NextHour">Attempts due per minute: 60, the first one the running minute.</param>
/// <param name="LatestFailures">FAILED and DEAD, the latest first, at most 8.</param>
internal sealed record OverviewFigures(
    HourlyTotals Day,
    long FailedNow,
    IReadOnlyList<HourFigures> Hours,
    IReadOnlyList<MinuteFigures> NextHour,
    IReadOnlyList<JobSummary> LatestFailures,
    FirstSteps FirstSteps,
    IReadOnlyDictionary<Guid, ProjectRef> Projects);

/// <summary>The attempts sent in the hour that begins then.</summary>
internal sealed record HourFigures(long From, HourlyTotals Attempts);

/// <summary>The attempts due in the minute that begins then.</summary>
internal sealed record MinuteFigures(long From, long Due);

/// <summary>What a new account has done.</summary>
internal sealed record FirstSteps(Project? FirstProject, bool HasKey, JobSummary? NewestJob, bool HasFired);

/// <summary>Reads the overview: from counters what lies behind, from the arming index what lies ahead.</summary>
internal sealed class OverviewQueries(IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock)
{
    private const int Failures = 8;
    private const long Minute = 60_000;

    public async Task<OverviewFigures> ReadAsync(Guid accountId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var sight = (await JobVisibility.LookAsync(db, new JobScope(accountId, null), null, cancellation))!;
        Guid[] projectIds = [.. sight.Projects.Keys];
        var counts = await sight.CountAsync(db, cancellation);
        var hours = await HoursAsync(db, projectIds, cancellation);
        var day = new HourlyTotals();
        foreach (var hour in hours) day.Add(hour.Attempts.Figures);

        return new OverviewFigures(
            day,
            counts.Failed,
            hours,
            await NextHourAsync(db, projectIds, cancellation),
            await FailuresAsync(db, sight, cancellation),
            await FirstStepsAsync(db, sight, counts, cancellation),
            sight.Projects);
    }

    private async Task<IReadOnlyList<HourFigures>> HoursAsync(DispatchDbContext db, Guid[] projectIds, CancellationToken cancellation)
    {
        var first = HourlyTotals.HourOf(clock.NowMs()) - (23 * HourlyStats.Length);
        HourFigures[] hours = [.. Enumerable.Range(0, 24).Select(i => new HourFigures(first + (i * HourlyStats.Length), new HourlyTotals()))];
        foreach (var row in await db.HourlyStats.AsNoTracking().Where(h => projectIds.Contains(h.ProjectId) && h.Hour >= first).ToListAsync(cancellation))
        {
            var at = (row.Hour - first) / HourlyStats.Length;
            if (at < hours.Length) hours[at].Attempts.Add(row.Figures);   // later ones are from before the clock was set back
        }

        return hours;
    }

    // Whoever holds the alarms: the index is by holder first, and there are few.
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

    private static async Task<IReadOnlyList<JobSummary>> FailuresAsync(DispatchDbContext db, JobVisibility sight, CancellationToken cancellation)
    {
        var (accountId, deleted) = (sight.AccountId, sight.Deleted);
        var ids = await db.Jobs
            .Where(j => j.AccountId == accountId && (j.Status == JobStatus.Failed || j.Status == JobStatus.Dead) && !deleted.Contains(j.ProjectId))
            .OrderByDescending(j => j.UpdatedAt)
            .Take(Failures)
            .Select(j => j.Id)
            .ToArrayAsync(cancellation);
        return [.. sight.Visible(await db.RowsAsync(ids, cancellation)).OrderByDescending(j => j.UpdatedAt)];
    }

    private static async Task<FirstSteps> FirstStepsAsync(DispatchDbContext db, JobVisibility sight, StatusCounts counts, CancellationToken cancellation)
    {
        var accountId = sight.AccountId;
        var projects = db.Projects.AsNoTracking().Where(p => p.AccountId == accountId && p.DeletedAt == null);
        return new FirstSteps(
            await projects.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).FirstOrDefaultAsync(cancellation),
            await projects.AnyAsync(p => db.ApiKeys.Any(k => k.ProjectId == p.Id), cancellation),
            sight.Visible(await db.PageAsync(sight.Parts(db, null), sight.Jobs(db, null), 0, 1, counts.Total, cancellation)) is [var newest] ? newest : null,
            counts.Success > 0);
    }
}
