using Dispatch.Data;
using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>
/// Conditions on rows that are found by their ids, written so that the database does not use another index for them. Without this, SQLite,
/// which keeps no statistics, uses the ArmedBy index and reads every free or every due job to change a few of them.
/// </summary>
internal static class JobGuards
{
    /// <summary>Becomes COALESCE, which no index has.</summary>
    public static IQueryable<Job> HeldBy(this IQueryable<Job> jobs, IHostArgument holder) =>
        jobs.Where(j => (j.ArmedBy ?? Guid.Empty) == holder.HostId);

    public static IQueryable<Job> StillFree(this IQueryable<Job> jobs) => jobs.HeldBy(new HostArgument(Guid.Empty));

    /// <summary>Becomes CASE. With old statistics, PostgreSQL takes each status for rare and would read all jobs of it.</summary>
    public static IQueryable<Job> StandingAt(this IQueryable<Job> jobs, Transition transition) =>
        jobs.Where(j => (j.Status == transition.From ? 1 : 0) == 1);

    /// <summary>
    /// Jobs whose project is not deleted. COUNT instead of EXISTS, because PostgreSQL turns EXISTS into a join; with old statistics the
    /// join starts with the projects and reads all of their SCHEDULED jobs.
    /// </summary>
    public static IQueryable<Job> OfActiveProjects(this IQueryable<Job> jobs, DispatchDbContext db) =>
        jobs.Where(j => db.Projects.Count(p => p.Id == j.ProjectId && p.DeletedAt == null) == 1);
}

/// <summary>The host that holds the jobs. An argument of statements, like <see cref="ITimeArgument"/>.</summary>
internal interface IHostArgument
{
    Guid HostId { get; }
}

internal sealed record HostArgument(Guid HostId) : IHostArgument;
