using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Dispatch.Writing;

/// <summary>The one statement that changes a status.</summary>
internal static class JobTransitions
{
    /// <summary>
    /// One guarded UPDATE: of these jobs, those that stand where the transition starts take it. Returns how many.
    /// A final status clears the due time, and with it the row's place in the arming index.
    /// </summary>
    public static Task<int> TakeAsync(this IQueryable<Job> jobs, Transition transition, ITimeArgument at, Action<UpdateSettersBuilder<Job>>? more = null) =>
        jobs.StillBefore(transition).ExecuteUpdateAsync(set =>
        {
            set.SetProperty(j => j.Status, transition.To).SetProperty(j => j.UpdatedAt, _ => at.Now);
            if (transition.IsFinal) set.SetProperty(j => j.NextAttemptAt, (long?)null).SetProperty(j => j.ArmedBy, (Guid?)null).SetProperty(j => j.ClaimId, (Guid?)null);
            more?.Invoke(set);
        });
}

/// <summary>When something is done. An argument of statements, so that those that are translated once (<see cref="JobStatements"/>) find it.</summary>
internal interface ITimeArgument
{
    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    long Now { get; }
}

/// <inheritdoc cref="ITimeArgument"/>
internal sealed record TimeArgument(long Now) : ITimeArgument;
