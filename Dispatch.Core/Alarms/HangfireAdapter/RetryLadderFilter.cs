using Dispatch.Time;
using Hangfire.Common;
using Hangfire.States;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Hangfire's retries replaced by Dispatch's ladder: a failed attempt that has a rung left is scheduled for it, the last one stays failed.
/// The job row holds the same instant; this only sets the alarm.
/// </summary>
internal sealed class RetryLadderFilter : IElectStateFilter
{
    /// <summary>Overrides the due time among the arguments, which are those of the first attempt.</summary>
    public const string DueAtParameter = "DueAt";

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState failed) return;

        if (failed.Exception is DeliveryFailedException { RetryAt: { } retryAt })
        {
            context.SetJobParameter(DueAtParameter, retryAt);
            var due = DateTimeOffset.FromUnixTimeMilliseconds(retryAt).UtcDateTime;
            context.CandidateState = new ScheduledState(due - Timing.AlarmLead) { Reason = $"{failed.Exception.Message} Next attempt at {Clock.ToRfc3339(retryAt)}." };
        }
        else
        {
            context.CandidateState = new ExpiringFailedState(failed);
        }
    }

    /// <summary>Hangfire keeps failed jobs for ever, which in memory would be a leak. The job's page keeps the history, so this one may go.</summary>
    private sealed class ExpiringFailedState(FailedState failed) : IState
    {
        public string Name => failed.Name;

        public string Reason => failed.Reason;

        public bool IsFinal => true;

        public bool IgnoreJobLoadException => failed.IgnoreJobLoadException;

        public Dictionary<string, string> SerializeData() => failed.SerializeData();
    }
}

/// <summary>The one filter every Dispatch job has; Hangfire's global ones (ten retries by default) do not apply.</summary>
internal sealed class DeliveryFilters : IJobFilterProvider
{
    private readonly JobFilter[] filters = [new JobFilter(new RetryLadderFilter(), JobFilterScope.Global, order: null)];

    public IEnumerable<JobFilter> GetFilters(Hangfire.Common.Job? job) => filters;
}
