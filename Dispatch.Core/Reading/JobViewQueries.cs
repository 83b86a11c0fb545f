using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>Everything the page of a job shows.</summary>
/// <param name="IsArmed">A host holds its alarm, or its claim.</param>
/// <param name="MaxAttempts">How many attempts may fail before the job is DEAD.</param>
/// <param name="LastRequest">Null before the first attempt that ended.</param>
internal sealed record JobInFull(JobHistory History, bool IsArmed, int MaxAttempts, RequestAsSent? LastRequest);

/// <summary>A request as it left.</summary>
/// <param name="Headers">In the order of the wire; without the signatures where they are not known.</param>
/// <param name="SignaturesKnown">False: the secret was rotated since.</param>
internal sealed record RequestAsSent(int Attempt, IReadOnlyList<Header> Headers, byte[] Body, bool SignaturesKnown);

/// <summary>Reads the page of a job. The request is not stored; it is made again from what was stored, which is all that went into it.</summary>
internal sealed class JobViewQueries(IDbContextFactory<DispatchDbContext> contexts, JobQueries jobs, SigningSecrets secrets, DeliveryOptions options)
{
    /// <summary>Null: no such job in sight.</summary>
    public async Task<JobInFull?> FindAsync(JobScope scope, Guid jobId, CancellationToken cancellation)
    {
        if (await jobs.FindAsync(scope, jobId, cancellation) is not { } history) return null;

        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var project = await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == history.Project.Id, cancellation);
        // When an interrupted attempt was sent, and whether, died with its host.
        var sent = history.Attempts.FirstOrDefault(attempt => attempt.Status != AttemptStatus.Interrupted);
        var request = sent is null || project is null ? null : Rebuild(history.Job, sent, project);
        return new JobInFull(history, history.Job.ArmedBy is not null, options.MaxAttempts, request);
    }

    private RequestAsSent Rebuild(Job job, Attempt attempt, Project project)
    {
        var known = SecretIsKnown(job, attempt, project);
        var keys = known ? secrets.Current(project.SecretCipher, project.PreviousSecretCipher, project.PreviousSecretExpiresAt, attempt.FiredAt) : [];
        var request = WebhookRequest.For(job.Id, new Uri(job.WebhookUrl), job.Title, job.Payload, keys, attempt.FiredAt);
        return new RequestAsSent(attempt.Number, [.. request.HeadersOnTheWire().Where(header => known || !header.IsSignature)], request.Body, known);
    }

    // The secret is read by the claim, some time before the sending: a rotation between them leaves it open which one signed.
    private static bool SecretIsKnown(Job job, Attempt attempt, Project project)
    {
        if (project.PreviousSecretExpiresAt is not { } expiresAt) return true;
        var rotatedAt = expiresAt - (long)SigningSecrets.Overlap.TotalMilliseconds;
        var claimedAtTheEarliest = Math.Max(job.CreatedAt, attempt.FiredAt - (attempt.LatenessMs ?? 0) - (long)Timing.EarliestClaim.TotalMilliseconds);
        return rotatedAt < claimedAtTheEarliest;
    }
}
