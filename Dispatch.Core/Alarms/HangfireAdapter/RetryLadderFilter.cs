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
    /// <summary>Overrides the due time in the arguments, which is the first attempt's.</summary>
    public const string DueAtParameter = "DueAt";

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState failed) return;

        if (failed.Exception is DeliveryFailedException { RetryAt: { } retryAt })
        {
            context.SetJobParameter(DueAtParameter, retryAt);
            var due = DateTimeOffset.FromUnixTimeMilliseconds(retryAt).UtcDateTime;
            context.CandidateState = new ScheduledState(due - Timing.AlarmLead)
            {
                Reason = $"{failed.Exception.Message} Next attempt at {Clock.ToRfc3339(retryAt)}.",
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

/// <summary>The only filter of Dispatch's alarms. Hangfire's global filters (ten retries by default) do not apply.</summary>
internal sealed class DeliveryFilters : IJobFilterProvider
{
    private readonly JobFilter[] filters = [new JobFilter(new RetryLadderFilter(), JobFilterScope.Global, order: null)];

    public IEnumerable<JobFilter> GetFilters(Hangfire.Common.Job? job) => filters;
}
