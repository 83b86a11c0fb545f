using System.Runtime.InteropServices;
using Dispatch.Model;

namespace Dispatch.Counters;

/// <summary>How one transaction changes the counters, added up while its statements run.</summary>
internal sealed class CounterDeltas
{
    /// <summary>By project, how many jobs more or fewer stand in each status. All zero where only something else of the project changed.</summary>
    public Dictionary<Guid, StatusCounts> Jobs { get; } = [];

    /// <summary>The attempts that were recorded, by project and by the beginning of the hour in which they were sent.</summary>
    public Dictionary<(Guid ProjectId, long Hour), HourlyTotals> Hours { get; } = [];

    /// <summary>So many jobs of the project more, or fewer, stand in that status.</summary>
    public void Count(Guid projectId, JobStatus status, long step)
    {
        ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(Jobs, projectId, out _);
        counts = counts.Plus(status, step);
    }

    /// <summary>An attempt's row was written.</summary>
    public void CountAttempt(Guid projectId, Attempt attempt, bool died)
    {
        ref var hour = ref CollectionsMarshal.GetValueRefOrAddDefault(Hours, (projectId, HourlyTotals.HourOf(attempt.FiredAt)), out _);
        (hour ??= new HourlyTotals()).Add(attempt.Status, attempt.LatenessMs, died);
    }

    /// <summary>Something of the project changed that no counter counts; its change stamp moves on.</summary>
    public void Touch(Guid projectId) => Jobs.TryAdd(projectId, default);
}
