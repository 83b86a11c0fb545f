using Dispatch.Counters;
using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Accounts;

/// <summary>What goes with an account when it is deleted.</summary>
/// <param name="Waiting">Those of the jobs that would still have been sent.</param>
internal sealed record AccountHoldings(int Projects, int Jobs, int Waiting)
{
    public static async Task<AccountHoldings> OfAsync(DispatchDbContext db, Guid accountId, CancellationToken cancellation)
    {
        var projects = db.Projects.Where(p => p.AccountId == accountId && p.DeletedAt == null);
        var jobs = db.Jobs.Where(j => projects.Any(p => p.Id == j.ProjectId));
        return new AccountHoldings(
            await projects.CountAsync(cancellation),
            await jobs.CountAsync(cancellation),
            await jobs.CountAsync(j => j.NextAttemptAt != null, cancellation));
    }
}
