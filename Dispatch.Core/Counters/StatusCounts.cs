using Dispatch.Model;

namespace Dispatch.Counters;

/// <summary>The number of jobs in each status, or the change of these numbers.</summary>
internal readonly record struct StatusCounts(long Scheduled, long Firing, long Success, long Failed, long Dead, long Cancelled)
{
    public long Total => Scheduled + Firing + Success + Failed + Dead + Cancelled;

    public static StatusCounts operator +(StatusCounts a, StatusCounts b) => new(
        a.Scheduled + b.Scheduled,
        a.Firing + b.Firing,
        a.Success + b.Success,
        a.Failed + b.Failed,
        a.Dead + b.Dead,
        a.Cancelled + b.Cancelled);

    public long Of(JobStatus status) => status switch
    {
        JobStatus.Scheduled => Scheduled,
        JobStatus.Firing => Firing,
        JobStatus.Success => Success,
        JobStatus.Failed => Failed,
        JobStatus.Dead => Dead,
        JobStatus.Cancelled => Cancelled,
    };

    public StatusCounts Plus(JobStatus status, long step) => status switch
    {
        JobStatus.Scheduled => this with { Scheduled = Scheduled + step },
        JobStatus.Firing => this with { Firing = Firing + step },
        JobStatus.Success => this with { Success = Success + step },
        JobStatus.Failed => this with { Failed = Failed + step },
        JobStatus.Dead => this with { Dead = Dead + step },
        JobStatus.Cancelled => this with { Cancelled = Cancelled + step },
    };
}
