using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <summary>A request as it left.</summary>
/// <param name="Headers">In the order of the wire; without the signatures where they are not known.</param>
/// <param name="SignaturesKnown">False: the secret was rotated since.</param>
internal sealed record RequestAsSent(int Attempt, IReadOnlyList<Header> Headers, byte[] Body, bool SignaturesKnown);

/// <summary>Reads the page of a job. The request is not stored; it is made again from what was stored, which is all that went into it.</summary>
internal sealed class JobViewQueries(IDbContextFactory<DispatchDbContext> contexts, JobQueries jobs, SigningSecrets secrets)
{
    /// <summary>Null: no such job in sight. The request is null before the first attempt that ended.</summary>
    public async Task<(Job Job, JobHistory History, RequestAsSent? LastRequest)?> FindAsync(JobScope scope, Guid jobId, CancellationToken cancellation)
    {
        if (await jobs.FindAsync(scope, jobId, cancellation) is not var (job, history)) return null;

        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var project = await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == history.Project.Id, cancellation);
        // When an interrupted attempt was sent, and whether, died with its host.
        var sent = history.Attempts.FirstOrDefault(attempt => attempt.Status != AttemptStatus.Interrupted);
        return (job, history, sent is null || project is null ? null : Rebuild(job, sent, project));
    }

    private RequestAsSent Rebuild(Job job, Attempt attempt, Project project)
    {
        var known = SecretIsKnown(job, attempt, project);
        var keys = known ? secrets.Current(project.SecretCipher, project.PreviousSecretCipher, project.PreviousSecretExpiresAt, attempt.FiredAt) : [];
        var request = WebhookRequest.For(job, keys, attempt.FiredAt);
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
