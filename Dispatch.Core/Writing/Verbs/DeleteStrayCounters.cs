using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// Deletes the counters of projects that are gone, and the hourly statistics that no chart shows any more. A host may count for a project
/// after its purge: no foreign key prevents it, because an insert would then wait for a stranger who has locked the project's row.
/// </summary>
/// <param name="now">Milliseconds since the Unix epoch, UTC.</param>
internal sealed class DeleteStrayCounters(long now) : SingleWrite<int>
{
    private const long Retention = 8 * 24 * HourlyStats.Length;   // ms

    /// <summary>Deletes all counters of these projects. The hours first, because the counters may tell which projects are meant.</summary>
    public static async Task<int> DeleteAsync(DispatchDbContext db, IQueryable<Guid> projects)
    {
        var hours = await db.HourlyStats.Where(h => projects.Contains(h.ProjectId)).ExecuteDeleteAsync();
        return hours + await db.ProjectCounters.Where(c => projects.Contains(c.ProjectId)).ExecuteDeleteAsync();
    }

    protected override async Task<int> WriteAsync(DispatchDbContext db, JobChanges changes)
    {
        var gone = db.ProjectCounters.Where(c => !db.Projects.Any(p => p.Id == c.ProjectId)).Select(c => c.ProjectId);
        return await DeleteAsync(db, gone) + await db.HourlyStats.Where(h => h.Hour < now - Retention).ExecuteDeleteAsync();
    }
}
