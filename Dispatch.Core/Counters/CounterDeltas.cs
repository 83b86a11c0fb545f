using System.Runtime.InteropServices;
using Dispatch.Model;

namespace Dispatch.Counters;

/// <summary>The changes of one transaction to the counters, added up while its statements run.</summary>
internal sealed class CounterDeltas
{
    /// <summary>The change of the number of jobs, by project. All zero if only something else of the project changed.</summary>
    public Dictionary<Guid, StatusCounts> Jobs { get; } = [];

    /// <summary>The recorded attempts, by project and by the start of the hour in which they were sent.</summary>
    public Dictionary<(Guid ProjectId, long Hour), HourlyTotals> Hours { get; } = [];

    public void Count(Guid projectId, JobStatus status, long step)
    {
        ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(Jobs, projectId, out _);
        counts = counts.Plus(status, step);
    }

    public void CountAttempt(Guid projectId, Attempt attempt, bool died)
    {
        ref var hour = ref CollectionsMarshal.GetValueRefOrAddDefault(Hours, (projectId, HourlyTotals.HourOf(attempt.FiredAt)), out _);
        (hour ??= new HourlyTotals()).Add(attempt.Status, attempt.LatenessMs, died);
    }

    /// <summary>Advances the project's change stamp without a change of its counters.</summary>
    public void Touch(Guid projectId) => Jobs.TryAdd(projectId, default);
}
