using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

internal static class CountsByStatus
{
    /// <summary>Each status with its jobs, in the order of a job's life.</summary>
    public static IReadOnlyList<(string Status, long Jobs)> ByStatus(this StatusCounts counts) =>
    [
        ("SCHEDULED", counts.Scheduled), ("FIRING", counts.Firing), ("SUCCESS", counts.Success),
        ("FAILED", counts.Failed), ("DEAD", counts.Dead), ("CANCELLED", counts.Cancelled),
    ];

    public static long Total(this StatusCounts counts) => counts.ByStatus().Sum(entry => entry.Jobs);

    /// <summary>Jobs that would be sent one day: those that wait for their instant, and those that wait for a retry.</summary>
    public static long Pending(this StatusCounts counts) => counts.Scheduled + counts.Failed;
}
