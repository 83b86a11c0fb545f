using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Counters;

/// <summary>
/// Keeps the counters inside the transaction of what they count, so that they can be trusted as an exact total. Counting a million rows at each
/// page would take a second; this takes one UPDATE per project and batch, and projects that changed alike share it.
/// </summary>
internal static class CounterUpdates
{
    private const long Kept = 8 * 24 * HourlyStats.Length;

    /// <summary>Rows of each kind that one transaction puts together: claims wait behind it.</summary>
    private const int MergedAtOnce = 50;

    /// <summary>Adds to a host's counters of some projects, and to their stamp of changes.</summary>
    public static readonly CompiledUpdate<ProjectCounters, CountArguments> Count = new((tallies, _, a) => tallies
        .Where(t => t.HostId == a.HostId && a.ProjectIds.Contains(t.ProjectId))
        .ExecuteUpdateAsync(set => set
            .SetProperty(t => t.Scheduled, t => t.Scheduled + a.Scheduled)
            .SetProperty(t => t.Firing, t => t.Firing + a.Firing)
            .SetProperty(t => t.Success, t => t.Success + a.Success)
            .SetProperty(t => t.Failed, t => t.Failed + a.Failed)
            .SetProperty(t => t.Dead, t => t.Dead + a.Dead)
            .SetProperty(t => t.Cancelled, t => t.Cancelled + a.Cancelled)
            .SetProperty(t => t.Changes, t => t.Changes + 1)));

    /// <summary>Adds what the transaction did to the host's rows.</summary>
    public static async Task CountAsync(this DispatchDbContext db, Guid hostId, CounterDeltas changes)
    {
        // What leaves all numbers as they were is written down as well where other hosts look for it.
        var isShared = !db.Provider.ServesOneHost();
        foreach (var alike in changes.Jobs.Where(change => isShared || change.Value != default).GroupBy(change => change.Value, change => change.Key))
        {
            await AddAsync(db, hostId, alike.Key, [.. alike]);
        }

        foreach (var alike in changes.Hours.GroupBy(change => (change.Key.Hour, change.Value), change => change.Key.ProjectId))
        {
            await AddAsync(db, hostId, alike.Key.Hour, alike.Key.Value, [.. alike]);
        }
    }

    /// <summary>
    /// Puts some of the rows of hosts that are gone together, so that the tables do not grow with restarts. Such a host may have been paused only, and write once
    /// more, and another host may fold as well: each row is locked before it is read, so that what is read is what is removed. Returns how many there were.
    /// </summary>
    public static async Task<int> MergeAsync(this DispatchDbContext db)
    {
        var folded = new CounterDeltas();
        var tallies = await db.ProjectCounters.Where(t => t.HostId != Guid.Empty && !db.Hosts.Any(h => h.Id == t.HostId))
            .OrderBy(t => t.ProjectId).Select(t => new { t.ProjectId, t.HostId }).Take(MergedAtOnce).ToListAsync();
        foreach (var key in tallies)
        {
            var one = db.ProjectCounters.Where(t => t.ProjectId == key.ProjectId && t.HostId == key.HostId);
            if (await one.ExecuteUpdateAsync(set => set.SetProperty(t => t.Scheduled, t => t.Scheduled)) == 0) continue;
            var row = await one.AsNoTracking().SingleAsync();
            folded.Jobs[row.ProjectId] = folded.Jobs.GetValueOrDefault(row.ProjectId)
                + new StatusCounts(row.Scheduled, row.Firing, row.Success, row.Failed, row.Dead, row.Cancelled);
            await one.ExecuteDeleteAsync();
        }

        var hours = await db.HourlyStats.Where(h => h.HostId != Guid.Empty && !db.Hosts.Any(host => host.Id == h.HostId))
            .OrderBy(h => h.ProjectId).ThenBy(h => h.Hour).Select(h => new { h.ProjectId, h.Hour, h.HostId }).Take(MergedAtOnce).ToListAsync();
        foreach (var key in hours)
        {
            var one = db.HourlyStats.Where(h => h.ProjectId == key.ProjectId && h.Hour == key.Hour && h.HostId == key.HostId);
            if (await one.ExecuteUpdateAsync(set => set.SetProperty(h => h.Succeeded, h => h.Succeeded)) == 0) continue;
            if (!folded.Hours.TryGetValue((key.ProjectId, key.Hour), out var hour)) folded.Hours[(key.ProjectId, key.Hour)] = hour = new HourlyTotals();
            hour.Add((await one.AsNoTracking().SingleAsync()).Figures);
            await one.ExecuteDeleteAsync();
        }

        await db.CountAsync(Guid.Empty, folded);
        return tallies.Count + hours.Count;
    }

    /// <summary>Removes hours that no chart shows any more.</summary>
    public static Task<int> ForgetHoursAsync(this DispatchDbContext db, long now) => db.HourlyStats.Where(h => h.Hour < now - Kept).ExecuteDeleteAsync();

    private static async Task AddAsync(DispatchDbContext db, Guid hostId, StatusCounts more, Guid[] projectIds)
    {
        if (await UpdateAsync(projectIds) == projectIds.Length) return;

        var there = await db.ProjectCounters.Where(t => t.HostId == hostId && projectIds.Contains(t.ProjectId)).Select(t => t.ProjectId).ToListAsync();
        var missing = projectIds.Except(there).ToArray();
        await db.InsertRowsAsync([.. missing.Select(id => new ProjectCounters { ProjectId = id, HostId = hostId })]);
        await UpdateAsync(missing);

        Task<int> UpdateAsync(Guid[] ids) => Count.ExecuteAsync(db, new(hostId, ids, more.Scheduled, more.Firing, more.Success, more.Failed, more.Dead, more.Cancelled));
    }

    private static async Task AddAsync(DispatchDbContext db, Guid hostId, long hour, HourlyTotals more, Guid[] projectIds)
    {
        if (await UpdateAsync(projectIds) == projectIds.Length) return;

        var there = await db.HourlyStats.Where(h => h.HostId == hostId && h.Hour == hour && projectIds.Contains(h.ProjectId)).Select(h => h.ProjectId).ToListAsync();
        var missing = projectIds.Except(there).ToArray();
        await db.InsertRowsAsync([.. missing.Select(id => new HourlyStats { ProjectId = id, Hour = hour, HostId = hostId })]);
        await UpdateAsync(missing);

        Task<int> UpdateAsync(Guid[] ids) => db.HourlyStats.Where(h => h.HostId == hostId && h.Hour == hour && ids.Contains(h.ProjectId)).ExecuteUpdateAsync(set =>
        {
            foreach (var (column, figure) in HourlyStats.Columns.Zip(more.Figures))
            {
                // The columns that stay are left out: nearly all of the histogram, nearly always.
                if (figure != 0) set.SetProperty(h => EF.Property<long>(h, column), h => EF.Property<long>(h, column) + figure);
            }
        });
    }

    /// <param name="ProjectIds">Projects whose jobs changed alike; the others say by how much.</param>
    internal sealed record CountArguments(Guid HostId, Guid[] ProjectIds, long Scheduled, long Firing, long Success, long Failed, long Dead, long Cancelled);
}
