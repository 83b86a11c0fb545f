using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Dispatch.Writing;

internal static class JobTransitions
{
    /// <summary>
    /// One guarded UPDATE: a job takes the transition only if it has the status from which the transition starts. Returns how many did. A
    /// final status clears the due time, which removes the row from the arming index.
    /// </summary>
    public static Task<int> TakeAsync(
        this IQueryable<Job> jobs, Transition transition, ITimeArgument at, Action<UpdateSettersBuilder<Job>>? more = null) =>
        jobs.StandingAt(transition).ExecuteUpdateAsync(set =>
        {
            set.SetProperty(j => j.Status, transition.To).SetProperty(j => j.UpdatedAt, _ => at.Now);
            if (transition.IsFinal)
            {
                set.SetProperty(j => j.NextAttemptAt, (long?)null)
                    .SetProperty(j => j.ArmedBy, (Guid?)null)
                    .SetProperty(j => j.ClaimId, (Guid?)null);
            }

            more?.Invoke(set);
        });
}

/// <summary>The time of a change. An argument, because a statement that is translated once cannot capture a variable.</summary>
internal interface ITimeArgument
{
    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    long Now { get; }
}

internal sealed record TimeArgument(long Now) : ITimeArgument;
