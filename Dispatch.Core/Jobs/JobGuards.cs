namespace Dispatch.Jobs;

/// <summary>
/// Who holds the jobs, asked again of rows that are found by their ids. Through COALESCE, which no index has: SQLite would else find the rows by their holder, for
/// it keeps no statistics, and read every free job there is, or all that are due, to change a few of them (with 100,000 to come, 500 took 37 ms instead of 5).
/// </summary>
internal static class JobGuards
{
    /// <summary>Those that the host still holds.</summary>
    public static IQueryable<Job> StillHeldBy(this IQueryable<Job> jobs, Guid hostId) => jobs.Where(j => (j.ArmedBy ?? Guid.Empty) == hostId);

    /// <summary>Those that still no host holds.</summary>
    public static IQueryable<Job> StillFree(this IQueryable<Job> jobs) => jobs.StillHeldBy(Guid.Empty);
}
