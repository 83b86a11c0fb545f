using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Jobs;

/// <summary>
/// Keeps the counters inside the transaction of what they count, so that they can be trusted as an exact total. Counting a million rows at each
/// page would take a second; this takes one UPDATE per project and batch, and projects that changed alike share it.
/// </summary>
internal static class Tallies
{
    private const long Kept = 8 * 24 * DeliveryHour.Length;

    /// <summary>Rows of each kind that one transaction puts together: claims wait behind it.</summary>
    private const int FoldedAtOnce = 50;

    /// <summary>Adds what the transaction did to the host's rows.</summary>
    public static async Task CountAsync(this DispatchDbContext db, Guid hostId, JobChanges changes)
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
    public static async Task<int> FoldAsync(this DispatchDbContext db)
    {
        var folded = new JobChanges(isWatched: false);
        var tallies = await db.ProjectTallies.Where(t => t.HostId != Guid.Empty && !db.Hosts.Any(h => h.Id == t.HostId))
            .OrderBy(t => t.ProjectId).Select(t => new { t.ProjectId, t.HostId }).Take(FoldedAtOnce).ToListAsync();
        foreach (var key in tallies)
        {
            var one = db.ProjectTallies.Where(t => t.ProjectId == key.ProjectId && t.HostId == key.HostId);
            if (await one.ExecuteUpdateAsync(set => set.SetProperty(t => t.Scheduled, t => t.Scheduled)) == 0) continue;
            var row = await one.AsNoTracking().SingleAsync();
            folded.Jobs[row.ProjectId] = folded.Jobs.GetValueOrDefault(row.ProjectId)
                + new StatusTally(row.Scheduled, row.Firing, row.Success, row.Failed, row.Dead, row.Cancelled);
            await one.ExecuteDeleteAsync();
        }

        var hours = await db.DeliveryHours.Where(h => h.HostId != Guid.Empty && !db.Hosts.Any(host => host.Id == h.HostId))
            .OrderBy(h => h.ProjectId).ThenBy(h => h.Hour).Select(h => new { h.ProjectId, h.Hour, h.HostId }).Take(FoldedAtOnce).ToListAsync();
        foreach (var key in hours)
        {
            var one = db.DeliveryHours.Where(h => h.ProjectId == key.ProjectId && h.Hour == key.Hour && h.HostId == key.HostId);
            if (await one.ExecuteUpdateAsync(set => set.SetProperty(h => h.Succeeded, h => h.Succeeded)) == 0) continue;
            if (!folded.Hours.TryGetValue((key.ProjectId, key.Hour), out var hour)) folded.Hours[(key.ProjectId, key.Hour)] = hour = new HourTally();
            hour.Add((await one.AsNoTracking().SingleAsync()).Figures);
            await one.ExecuteDeleteAsync();
        }

        await db.CountAsync(Guid.Empty, folded);
        return tallies.Count + hours.Count;
    }

    /// <summary>Removes hours that no chart shows any more.</summary>
    public static Task<int> ForgetHoursAsync(this DispatchDbContext db, long now) => db.DeliveryHours.Where(h => h.Hour < now - Kept).ExecuteDeleteAsync();

    private static async Task AddAsync(DispatchDbContext db, Guid hostId, StatusTally more, Guid[] projectIds)
    {
        if (await UpdateAsync(projectIds) == projectIds.Length) return;

        var there = await db.ProjectTallies.Where(t => t.HostId == hostId && projectIds.Contains(t.ProjectId)).Select(t => t.ProjectId).ToListAsync();
        var missing = projectIds.Except(there).ToArray();
        await db.InsertRowsAsync([.. missing.Select(id => new ProjectTally { ProjectId = id, HostId = hostId })]);
        await UpdateAsync(missing);

        Task<int> UpdateAsync(Guid[] ids) => JobStatements.Count.ExecuteAsync(db, new(hostId, ids, more.Scheduled, more.Firing, more.Success, more.Failed, more.Dead, more.Cancelled));
    }

    private static async Task AddAsync(DispatchDbContext db, Guid hostId, long hour, HourTally more, Guid[] projectIds)
    {
        if (await UpdateAsync(projectIds) == projectIds.Length) return;

        var there = await db.DeliveryHours.Where(h => h.HostId == hostId && h.Hour == hour && projectIds.Contains(h.ProjectId)).Select(h => h.ProjectId).ToListAsync();
        var missing = projectIds.Except(there).ToArray();
        await db.InsertRowsAsync([.. missing.Select(id => new DeliveryHour { ProjectId = id, Hour = hour, HostId = hostId })]);
        await UpdateAsync(missing);

        Task<int> UpdateAsync(Guid[] ids) => db.DeliveryHours.Where(h => h.HostId == hostId && h.Hour == hour && ids.Contains(h.ProjectId)).ExecuteUpdateAsync(set =>
        {
            foreach (var (column, figure) in DeliveryHour.Columns.Zip(more.Figures))
            {
                // The columns that stay are left out: nearly all of the histogram, nearly always.
                if (figure != 0) set.SetProperty(h => EF.Property<long>(h, column), h => EF.Property<long>(h, column) + figure);
            }
        });
    }
}
