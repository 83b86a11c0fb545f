namespace Dispatch.Model;

/// <summary>The names that users, the API and the database see.</summary>
internal static class StatusNames
{
    public static string ToName(this JobStatus status) => status switch
    {
        JobStatus.Scheduled => "SCHEDULED",
        JobStatus.Firing => "FIRING",
        JobStatus.Success => "SUCCESS",
        JobStatus.Failed => "FAILED",
        JobStatus.Dead => "DEAD",
        JobStatus.Cancelled => "CANCELLED",
    };

    public static string ToName(this AttemptStatus status) => status switch
    {
        AttemptStatus.Success => "SUCCESS",
        AttemptStatus.Failed => "FAILED",
        AttemptStatus.Interrupted => "INTERRUPTED",
    };

    /// <summary>Null if no status has exactly that name.</summary>
    public static JobStatus? ToJobStatus(string name) =>
        Enum.GetValues<JobStatus>().Cast<JobStatus?>().FirstOrDefault(status => status!.Value.ToName() == name);

    public static AttemptStatus? ToAttemptStatus(string name) =>
        Enum.GetValues<AttemptStatus>().Cast<AttemptStatus?>().FirstOrDefault(status => status!.Value.ToName() == name);
}
