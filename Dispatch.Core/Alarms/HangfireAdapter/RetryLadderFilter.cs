using Dispatch.Time;
using Hangfire.Common;
using Hangfire.States;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Replaces Hangfire's retries by Dispatch's ladder: a failed attempt is scheduled for its next rung, and the last one stays failed.
/// The job row holds the same due time; this filter only sets the alarm.
/// </summary>
internal sealed class RetryLadderFilter : IElectStateFilter
{
    /// <summary>Overrides the due time and the attempt in the arguments, which are the first attempt's.</summary>
    public const string Parameter = "Retry";

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState failed) return;

        if (failed.Exception is DeliveryFailedException { Retry: { } retry })
        {
            context.SetJobParameter(Parameter, new RetryParameter(retry.DueAt, retry.Attempt));
            var due = DateTimeOffset.FromUnixTimeMilliseconds(retry.DueAt).UtcDateTime;
            context.CandidateState = new ScheduledState(due - Timing.AlarmLead)
            {
                Reason = $"{failed.Exception.Message} Next attempt at {Clock.ToRfc3339(retry.DueAt)}.",
            };
        }
        else
        {
            context.CandidateState = new ExpiringFailedState(failed);
        }
    }

    /// <summary>A failed state that is final, because Hangfire keeps other failed jobs for ever: in memory, a leak.</summary>
    private sealed class ExpiringFailedState(FailedState failed) : IState
    {
        public string Name => failed.Name;

        public string Reason => failed.Reason;

        public bool IsFinal => true;

        public bool IgnoreJobLoadException => failed.IgnoreJobLoadException;

        public Dictionary<string, string> SerializeData() => failed.SerializeData();
    }
}

/// <summary>What of a retry's alarm differs from the arguments. One value, because SQL Server needs a round trip for each.</summary>
/// <param name="DueAt">Milliseconds since the Unix epoch, UTC.</param>
/// <param name="Attempt"><inheritdoc cref="Model.AlarmId" path="/param[@name='Attempt']"/></param>
internal sealed record RetryParameter(long DueAt, int Attempt);

/// <summary>The only filter of Dispatch's alarms. Hangfire's global filters (ten retries by default) do not apply.</summary>
internal sealed class DeliveryFilters : IJobFilterProvider
{
    private readonly JobFilter[] filters = [new JobFilter(new RetryLadderFilter(), JobFilterScope.Global, order: null)];

    public IEnumerable<JobFilter> GetFilters(Hangfire.Common.Job? job) => filters;
}
