using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// Removes some jobs of deleted projects, otherwise 100 of their requests, otherwise the projects. Returns how many rows. A job on the
/// wire stays until its outcome is stored.
/// </summary>
internal sealed class PurgeProjects : SingleWrite<int>
{
    /// <summary>With three attempts each, 1,000 jobs would be 5,000 locks, from which on SQL Server locks the whole table.</summary>
    private const int ServerJobs = 300;

    private const int SqliteJobs = 1000;

    protected override async Task<int> WriteAsync(DispatchDbContext db, JobChanges changes)
    {
        var deleted = db.Projects.Where(p => p.DeletedAt != null).Select(p => p.Id);
        var jobs = await db.Jobs
            .Where(j => deleted.Contains(j.ProjectId) && j.Status != JobStatus.Firing)
            .OrderBy(j => j.Id).Take(db.Provider == DatabaseProvider.Sqlite ? SqliteJobs : ServerJobs)
            .Select(j => new { j.Id, j.ProjectId, j.Status }).ToListAsync();
        if (jobs.Count > 0)
        {
            foreach (var job in jobs) changes.Removed(job.ProjectId, job.Status);
            var ids = jobs.Select(j => j.Id).ToArray();
            return await db.Jobs.Where(j => ids.Contains(j.Id)).ExecuteDeleteAsync();
        }

        // The projects' deletion would cascade to them: 100 requests of 256 KiB per project would make one long transaction.
        var requests = db.InboxRequests
            .Where(r => deleted.Contains(r.ProjectId))
            .OrderBy(r => r.Id).Take(ReceivedRequest.MaxPerProject)
            .Select(r => r.Id);
        if (await db.InboxRequests.Where(r => requests.Contains(r.Id)).ExecuteDeleteAsync() is > 0 and var removed) return removed;
        var empty = db.Projects.Where(p => p.DeletedAt != null && !db.Jobs.Any(j => j.ProjectId == p.Id));
        await DeleteStrayCounters.DeleteAsync(db, empty.Select(p => p.Id));
        return await empty.ExecuteDeleteAsync();
    }
}
