using Dispatch.Data;
using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>
/// What is asked again of rows that are found by their ids, in words that keep a database from finding them otherwise. Who holds them, through COALESCE, which no
/// index has: SQLite would else find the rows by their holder, for it keeps no statistics, and read every free job there is, or all that are due, to change a few
/// of them (with 100,000 to come, 500 took 37 ms instead of 5).
/// </summary>
internal static class JobGuards
{
    /// <summary>Those that the host still holds.</summary>
    public static IQueryable<Job> StillHeldBy(this IQueryable<Job> jobs, IHostArgument holder) => jobs.Where(j => (j.ArmedBy ?? Guid.Empty) == holder.HostId);

    /// <summary>Those that still no host holds.</summary>
    public static IQueryable<Job> StillFree(this IQueryable<Job> jobs) => jobs.StillHeldBy(new HostArgument(Guid.Empty));

    /// <summary>Those that stand where the transition starts. Through CASE: where its statistics are old PostgreSQL takes each status for rare, and reads all jobs of it.</summary>
    public static IQueryable<Job> StillBefore(this IQueryable<Job> jobs, Transition transition) => jobs.Where(j => (j.Status == transition.From ? 1 : 0) == 1);

    /// <summary>
    /// Those whose project is not deleted. Counted: of an EXISTS PostgreSQL makes a join, and where its statistics are old that begins with the projects and
    /// reads every SCHEDULED job of theirs (37,730 to claim 354: 18 of the statement's 32 ms).
    /// </summary>
    public static IQueryable<Job> InLivingProjects(this IQueryable<Job> jobs, DispatchDbContext db) =>
        jobs.Where(j => db.Projects.Count(p => p.Id == j.ProjectId && p.DeletedAt == null) == 1);
}

/// <summary>Whose jobs are meant. An argument of statements, as <see cref="ITimeArgument"/> is.</summary>
internal interface IHostArgument
{
    Guid HostId { get; }
}

/// <inheritdoc cref="IHostArgument"/>
internal sealed record HostArgument(Guid HostId) : IHostArgument;
