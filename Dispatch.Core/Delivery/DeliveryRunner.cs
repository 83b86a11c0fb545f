using Dispatch.Delivery.Http;
using Dispatch.Fairness;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Signing;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.Extensions.Logging;

namespace Dispatch.Delivery;

/// <summary>
/// Carries out one attempt: waits, claims the job, waits for its due time, sends, decides, records. It comes after <c>AlarmClock</c> on a
/// job's way, and calls <see cref="WebhookSender"/>.
/// </summary>
internal sealed class DeliveryRunner(
    WriteQueue queue,
    DeliveryLimiters limiters,
    PayloadReader payloads,
    HeldDeliveries held,
    QuickFailures quickFailures,
    Departures departures,
    WebhookSender sender,
    RetryLadder ladder,
    SigningSecrets secrets,
    Lease lease,
    Shutdown shutdown,
    PreciseTimer preciseTimer,
    TimeProvider clock,
    ILogger<DeliveryRunner> log)
{
    /// <summary>Carries out the attempt. Returns how it ended, and when a retry is due.</summary>
    /// <param name="replaced">Ends the wait for a claim: the job was moved or cancelled, and its claim would change nothing.</param>
    /// <exception cref="OperationCanceledException">The host is stopping: the job was not claimed, or its delivery was aborted.</exception>
    public async Task<AttemptEnd> RunAsync(Alarm alarm, CancellationToken replaced)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(shutdown.Claiming, replaced);
        try
        {
            if (alarm.IsRetry) await RearmAsync(alarm, waiting.Token);
            // Waits twice, because the claim's lead depends on how long transactions take shortly before the due time.
            await clock.WaitUntilAsync(alarm.DueAt - (long)Timing.LongestClaimLead.TotalMilliseconds, waiting.Token);
            await clock.WaitUntilAsync(alarm.DueAt - (long)queue.ClaimLead.TotalMilliseconds, waiting.Token);

            var sent = await ClaimAndSendAsync(alarm, waiting.Token);
            return sent is { } delivery ? await RecordAsync(delivery.Job, delivery.Report) : AttemptEnd.Finished;
        }
        catch (OperationCanceledException) when (replaced.IsCancellationRequested && !shutdown.Claiming.IsCancellationRequested)
        {
            return AttemptEnd.Finished;
        }
    }

    // Waits first, because an operator may have triggered the alarm by hand, minutes before the retry is due.
    private async Task RearmAsync(Alarm alarm, CancellationToken waiting)
    {
        await clock.WaitUntilAsync(alarm.DueAt - (long)Timing.AlarmLead.TotalMilliseconds, waiting);
        await queue.WriteAsync(new RearmJob(alarm) { Cancellation = waiting });
    }

    // A stopping host sends the jobs it has claimed, too, because they are due soon.
    private async Task<(ClaimedJob Job, AttemptReport Report)?> ClaimAndSendAsync(Alarm alarm, CancellationToken waiting)
    {
        var share = limiters.ShareOf(alarm);
        using var claim = await limiters.Claims.EnterAsync(share, waiting);
        var job = await queue.WriteAsync(new ClaimJob(alarm, () => lease.TermForClaim) { Cancellation = waiting });
        if (job is null) return null;   // cancelled, moved, or claimed already

        using var payload = await payloads.ReadAsync(job, share, shutdown.Sending);
        if (payload is Payload.Gone) return null;   // deleted with its project, or another host has the job

        await preciseTimer.WaitUntilAsync(job.DueAt, shutdown.Sending);
        var report = await SendOnWireAsync(share, job, payload);
        if (report.Outcome is not DeliveryOutcome.NotSent) return (job, report);

        Log.LeaseLost(log, job.Id, job.Attempt);   // another host has the job, or the sweeper frees it
        return null;
    }

    // A delivery that the host lacked something for has not begun. It leaves its place to others, and each try has all of its time.
    private async Task<AttemptReport> SendOnWireAsync(Share share, ClaimedJob job, Payload payload)
    {
        for (var tries = 0; ; tries++)
        {
            AttemptReport report;
            var size = quickFailures.SizeOf(share);
            using (await limiters.Wire.EnterAsync(share, size, shutdown.Sending))
            {
                await departures.TurnAsync(share.AccountId);
                report = await SendAsync(job, share, payload);
            }

            if (report.Outcome is not DeliveryOutcome.HeldBack(var shortage))
            {
                held.DeliveryEnded();
                quickFailures.Note(share, report);
                return report;
            }

            await held.WaitAsync(shortage, tries, shutdown.Sending);
        }
    }

    private async Task<AttemptReport> SendAsync(ClaimedJob job, Share share, Payload payload)
    {
        var firedAt = clock.NowMs();
        try
        {
            var keys = secrets.Current(job.SecretCipher, job.PreviousSecretCipher, job.PreviousSecretExpiresAt, firedAt);
            var request = payload.ToRequest(job.Row, keys, firedAt);
            return await sender.SendAsync(request, share, () => lease.IsHeldSince(job.Term), shutdown.Sending);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A bug of ours. It still counts as a failed attempt, because otherwise the job would be tried for ever.
            Log.DeliveryBroke(log, job.Id, exception);
            var broken = new DeliveryOutcome.Broken("The attempt failed inside Dispatch; the host's log says why.", null, null);
            return new AttemptReport(broken, firedAt, 0, clock.NowMsRoundedUp());
        }
    }

    private async Task<AttemptEnd> RecordAsync(ClaimedJob job, AttemptReport report)
    {
        var outcome = report.Outcome;
        var next = ladder.After(outcome.Succeeded, job.Row.RetryCount, report.EndedAtMs);
        var retryAt = (next as NextStep.Retry)?.DueAtMs;
        var keepsAlarm = retryAt - report.EndedAtMs <= Timing.Horizon.TotalMilliseconds;   // a later retry waits in the database
        var attempt = new Attempt
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            JobId = job.Id,
            Number = job.Attempt,
            Status = outcome.Succeeded ? AttemptStatus.Success : AttemptStatus.Failed,
            ResponseCode = outcome.ResponseCode,
            ResponseBody = outcome.ResponseBody,
            Error = outcome.Error,
            DurationMs = report.DurationMs,
            LatenessMs = report.FiredAtMs - job.DueAt,
            FiredAt = report.FiredAtMs,
        };

        if (!await queue.WriteAsync(new EndAttempt(job, attempt, next.Transition, retryAt, keepsAlarm)))
        {
            Log.ClaimLost(log, job.Id, job.Attempt);
            return AttemptEnd.Finished;
        }

        if (outcome.Succeeded)
        {
            Log.Delivered(log, job.Id, job.Attempt, outcome.ResponseCode, report.DurationMs, attempt.LatenessMs.Value);
            return AttemptEnd.Finished;
        }

        Log.AttemptFailed(log, job.Id, job.Attempt, outcome.ResponseCode, report.DurationMs, next.Transition.To.ToName());
        return new AttemptEnd.Failed(outcome.Error ?? "The attempt failed.", keepsAlarm ? retryAt : null);
    }
}
