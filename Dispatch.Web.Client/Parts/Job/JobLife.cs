using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Job;

/// <summary>What a step of a job's life looks like.</summary>
internal enum StepTone
{
    /// <summary>It happened.</summary>
    Done,

    /// <summary>It is to come.</summary>
    Ahead,

    /// <summary>It happens now.</summary>
    Now,

    /// <summary>It went well.</summary>
    Good,

    /// <summary>It failed, and there is a way on.</summary>
    Failed,

    /// <summary>It failed for good.</summary>
    Dead,

    /// <summary>Called off, or cut off.</summary>
    Off,
}

/// <summary>One step of a job's life.</summary>
/// <param name="At">RFC 3339 UTC; null where no instant is known.</param>
/// <param name="Counts">The instant lies ahead and is counted down to.</param>
/// <param name="Attempt">The attempt that the step is; null for every other step.</param>
internal sealed record LifeStep(
    StepTone Tone, string Title, string? Text = null, string? At = null, bool Counts = false, LogEntry? Attempt = null);

/// <summary>A job's life in the order in which it happens, oldest first, what is to come last.</summary>
internal static class JobLife
{
    public static IReadOnlyList<LifeStep> Of(JobView view)
    {
        var job = view.Job;
        var attempts = job.Logs.OrderBy(entry => entry.FiredAt, StringComparer.Ordinal).ThenBy(entry => entry.Attempt).ToList();
        return
        [
            new LifeStep(StepTone.Done, "Created", "Stored durably: from here on it fires, whatever happens to the host.", job.CreatedAt),
            .. Arming(view), .. Due(view), .. attempts.Select(OfAttempt), .. Rest(view)
        ];
    }

    private static IEnumerable<LifeStep> Arming(JobView view)
    {
        if (view.IsArmed || view.Job.Logs.Count > 0 || view.Job.Status is "FIRING") yield return new LifeStep(
            StepTone.Done, "Armed", "A host set its alarm.");
        else if (view.Job.Status == "SCHEDULED") yield return new LifeStep(
            StepTone.Ahead, "Not armed yet", "A host sets its alarm when the instant comes near.");
    }

    private static IEnumerable<LifeStep> Due(JobView view)
    {
        var job = view.Job;
        if (job.Status == "CANCELLED" && job.Logs.Count == 0) yield break;   // it was called off before
        var isAhead = job.Status == "SCHEDULED" && job.Logs.Count == 0;
        yield return new LifeStep(
            isAhead ? StepTone.Ahead : StepTone.Done, "Due",
            isAhead ? "It fires at this instant, never before." : null, job.FireAt, isAhead);
    }

    private static LifeStep OfAttempt(LogEntry entry) => entry.Status switch
    {
        "SUCCESS" => new(StepTone.Good, $"Attempt {entry.Attempt}", Attempt: entry, At: entry.FiredAt),
        "FAILED" => new(StepTone.Failed, $"Attempt {entry.Attempt}", Attempt: entry, At: entry.FiredAt),
        "INTERRUPTED" => new(
            StepTone.Off, $"Attempt {entry.Attempt} was interrupted",
            "The host stopped while this attempt was under way. The receiver may have had it or not; "
                + "it does not count as a failure, and the job was sent again with the same jobId.",
            entry.FiredAt, Attempt: entry),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Status, "Not an outcome of an attempt."),
    };

    private static IEnumerable<LifeStep> Rest(JobView view)
    {
        var job = view.Job;
        var failures = job.Logs.Count(entry => entry.Status == "FAILED");
        var next = job.Logs.Select(entry => entry.Attempt).DefaultIfEmpty(0).Max() + 1;
        switch (job.Status)
        {
            case "SCHEDULED" when job.Logs.Count > 0:
                yield return new LifeStep(
                    StepTone.Ahead, $"Attempt {next}", "Its alarm has rung; it leaves at this instant.",
                    job.NextAttemptAt, job.NextAttemptAt is not null);
                break;
            case "FIRING":
                yield return new LifeStep(StepTone.Now, $"Attempt {next}", "On its way to the receiver.", job.UpdatedAt);
                break;
            case "FAILED":
                var left = view.MaxAttempts - failures;
                yield return new LifeStep(
                    StepTone.Ahead, $"Retry: attempt {next}",
                    left == 1 ? "Armed. It is the last one: if it fails, the job is DEAD." : $"Armed. {left} attempts are left.",
                    job.NextAttemptAt, job.NextAttemptAt is not null);
                break;
            case "SUCCESS":
                yield return new LifeStep(StepTone.Good, "Delivered", "The receiver answered 2xx. Nothing more is sent.", job.UpdatedAt);
                break;
            case "DEAD":
                var attempts = failures == 1 ? "The only attempt failed" : $"All {failures} attempts failed";
                yield return new LifeStep(StepTone.Dead, "Given up", $"{attempts}. Nothing more is sent.", job.UpdatedAt);
                break;
            case "CANCELLED":
                yield return new LifeStep(
                    StepTone.Off, "Cancelled",
                    job.Logs.Count == 0 ? "It was never sent." : "Nothing more is sent.", job.UpdatedAt);
                break;
        }
    }
}
