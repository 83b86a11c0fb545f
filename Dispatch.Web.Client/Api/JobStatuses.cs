using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Api;

/// <summary>A job's statuses by name, in the order of its life.</summary>
internal static class JobStatuses
{
    public static readonly IReadOnlyList<string> All = ["SCHEDULED", "FIRING", "SUCCESS", "FAILED", "DEAD", "CANCELLED"];

    public static long Of(this StatusCounts counts, string status) => status switch
    {
        "SCHEDULED" => counts.Scheduled,
        "FIRING" => counts.Firing,
        "SUCCESS" => counts.Success,
        "FAILED" => counts.Failed,
        "DEAD" => counts.Dead,
        "CANCELLED" => counts.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a status of a job."),
    };

    public static long Sum(this StatusCounts counts) => All.Sum(counts.Of);
}
