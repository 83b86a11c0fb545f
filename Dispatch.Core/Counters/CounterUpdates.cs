using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Counters;

/// <summary>
/// Updates the counters in the transaction that changes the jobs, so that totals are exact and no page has to count rows. Projects that
/// changed alike share one UPDATE.
/// </summary>
internal static class CounterUpdates
{
    private const long Retention = 8 * 24 * HourlyStats.Length;   // ms

    /// <summary>Rows of each kind that one transaction merges. Few, because claims wait behind it.</summary>
    private const int MergedAtOnce = 50;

    public static readonly CompiledUpdate<ProjectCounters, CountArguments> Count = new((counters, _, a) => counters
        .Where(t => t.HostId == a.HostId && a.ProjectIds.Contains(t.ProjectId))
        .ExecuteUpdateAsync(set => set
            .SetProperty(t => t.Scheduled, t => t.Scheduled + a.Scheduled)
            .SetProperty(t => t.Firing, t => t.Firing + a.Firing)
            .SetProperty(t => t.Success, t => t.Success + a.Success)
            .SetProperty(t => t.Failed, t => t.Failed + a.Failed)
            .SetProperty(t => t.Dead, t => t.Dead + a.Dead)
            .SetProperty(t => t.Cancelled, t => t.Cancelled + a.Cancelled)
            .SetProperty(t => t.Changes, t => t.Changes + 1)));

    public static async Task CountAsync(this DispatchDbContext db, Guid hostId, CounterDeltas changes)
    {
        // If hosts share the database, a change that leaves all numbers as they were is written too: the others poll the change stamp.
        var isShared = !db.Provider.ServesOneHost();
        var changed = changes.Jobs.Where(change => isShared || change.Value != default);
        foreach (var alike in changed.GroupBy(change => change.Value, change => change.Key))
        {
            await AddAsync(db, hostId, alike.Key, [.. alike]);
        }

        foreach (var alike in changes.Hours.GroupBy(change => (change.Key.Hour, change.Value), change => change.Key.ProjectId))
        {
            await AddAsync(db, hostId, alike.Key.Hour, alike.Key.Value, [.. alike]);
        }
    }

    /// <summary>
    /// Merges some of the rows of dead hosts, so that the tables do not grow with restarts. Returns the number of rows found. Each row is
    /// locked before it is read, because its host may only have been paused and write once more, and another host may merge as well.
    /// </summary>
    public static async Task<int> MergeAsync(this DispatchDbContext db)
    {
        var merged = new CounterDeltas();
        var counters = await db.ProjectCounters
            .Where(t => t.HostId != Guid.Empty && !db.Hosts.Any(h => h.Id == t.HostId))
            .OrderBy(t => t.ProjectId)
            .Select(t => new { t.ProjectId, t.HostId })
            .Take(MergedAtOnce).ToListAsync();
        foreach (var key in counters)
        {
            var stored = db.ProjectCounters.Where(t => t.ProjectId == key.ProjectId && t.HostId == key.HostId);
            if (await stored.ExecuteUpdateAsync(set => set.SetProperty(t => t.Scheduled, t => t.Scheduled)) == 0) continue;
            var row = await stored.AsNoTracking().SingleAsync();
            merged.Jobs[row.ProjectId] = merged.Jobs.GetValueOrDefault(row.ProjectId)
                + new StatusCounts(row.Scheduled, row.Firing, row.Success, row.Failed, row.Dead, row.Cancelled);
            await stored.ExecuteDeleteAsync();
        }

        var hours = await db.HourlyStats
            .Where(h => h.HostId != Guid.Empty && !db.Hosts.Any(host => host.Id == h.HostId))
            .OrderBy(h => h.ProjectId).ThenBy(h => h.Hour)
            .Select(h => new { h.ProjectId, h.Hour, h.HostId })
            .Take(MergedAtOnce).ToListAsync();
        foreach (var key in hours)
        {
            var stored = db.HourlyStats.Where(h => h.ProjectId == key.ProjectId && h.Hour == key.Hour && h.HostId == key.HostId);
            if (await stored.ExecuteUpdateAsync(set => set.SetProperty(h => h.Succeeded, h => h.Succeeded)) == 0) continue;
            if (!merged.Hours.TryGetValue((key.ProjectId, key.Hour), out var hour))
            {
                merged.Hours[(key.ProjectId, key.Hour)] = hour = new HourlyTotals();
            }

            hour.Add((await stored.AsNoTracking().SingleAsync()).Figures);
            await stored.ExecuteDeleteAsync();
        }

        await db.CountAsync(Guid.Empty, merged);
        return counters.Count + hours.Count;
    }

    /// <summary>Removes the hours that no chart shows any more.</summary>
    public static Task<int> DeleteOldHoursAsync(this DispatchDbContext db, long now) =>
        db.HourlyStats.Where(h => h.Hour < now - Retention).ExecuteDeleteAsync();

    private static async Task AddAsync(DispatchDbContext db, Guid hostId, StatusCounts more, Guid[] projectIds)
    {
        if (await UpdateAsync(projectIds) == projectIds.Length) return;

        var existing = await db.ProjectCounters
            .Where(t => t.HostId == hostId && projectIds.Contains(t.ProjectId))
            .Select(t => t.ProjectId).ToListAsync();
        var missing = projectIds.Except(existing).ToArray();
        await db.InsertRowsAsync([.. missing.Select(id => new ProjectCounters { ProjectId = id, HostId = hostId })]);
        await UpdateAsync(missing);

        Task<int> UpdateAsync(Guid[] ids) => Count.ExecuteAsync(
            db, new(hostId, ids, more.Scheduled, more.Firing, more.Success, more.Failed, more.Dead, more.Cancelled));
    }

    private static async Task AddAsync(DispatchDbContext db, Guid hostId, long hour, HourlyTotals more, Guid[] projectIds)
    {
        if (await UpdateAsync(projectIds) == projectIds.Length) return;

        var existing = await db.HourlyStats
            .Where(h => h.HostId == hostId && h.Hour == hour && projectIds.Contains(h.ProjectId))
            .Select(h => h.ProjectId).ToListAsync();
        var missing = projectIds.Except(existing).ToArray();
        await db.InsertRowsAsync([.. missing.Select(id => new HourlyStats { ProjectId = id, Hour = hour, HostId = hostId })]);
        await UpdateAsync(missing);

        Task<int> UpdateAsync(Guid[] ids) => db.HourlyStats
            .Where(h => h.HostId == hostId && h.Hour == hour && ids.Contains(h.ProjectId))
            .ExecuteUpdateAsync(set =>
            {
                foreach (var (column, figure) in HourlyStats.Columns.Zip(more.Figures))
                {
                    // The UPDATE leaves out unchanged columns: nearly always, that is nearly all of the histogram.
                    if (figure != 0) set.SetProperty(h => EF.Property<long>(h, column), h => EF.Property<long>(h, column) + figure);
                }
            });
    }

    /// <param name="ProjectIds">The projects to which the same numbers are added.</param>
    internal sealed record CountArguments(
        Guid HostId, Guid[] ProjectIds, long Scheduled, long Firing, long Success, long Failed, long Dead, long Cancelled);
}
