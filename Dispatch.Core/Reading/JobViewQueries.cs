using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Reading;

/// <param name="Headers">In the order they were sent; without the signatures if they are unknown.</param>
/// <param name="SignaturesKnown">False: the secret may have been rotated since the claim.</param>
internal sealed record RequestAsSent(int Attempt, IReadOnlyList<Header> Headers, ReadOnlyMemory<byte> Body, bool SignaturesKnown);

/// <summary>Reads the page of a job. Requests are not stored; the last one is rebuilt from the job, the attempt and the secret.</summary>
internal sealed class JobViewQueries(IDbContextFactory<DispatchDbContext> contexts, JobQueries jobs, SigningSecrets secrets)
{
    /// <summary>Null: no such job is visible. The request is null before the first attempt has ended.</summary>
    public async Task<(Job Job, JobHistory History, RequestAsSent? LastRequest)?> FindAsync(
        JobScope scope, Guid jobId, CancellationToken cancellation)
    {
        if (await jobs.FindAsync(scope, jobId, cancellation) is not var (job, history)) return null;

        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var project = await db.Projects.AsNoTracking().FirstOrDefaultAsync(p => p.Id == history.Project.Id, cancellation);
        // An interrupted attempt is left out, because only its dead host knew whether and when it was sent.
        var sent = history.Attempts.FirstOrDefault(attempt => attempt.Status != AttemptStatus.Interrupted);
        return (job, history, sent is null || project is null ? null : Rebuild(job, sent, project));
    }

    private RequestAsSent Rebuild(Job job, Attempt attempt, Project project)
    {
        var known = SecretIsKnown(job, attempt, project);
        var keys = known
            ? secrets.Current(project.SecretCipher, project.PreviousSecretCipher, project.PreviousSecretExpiresAt, attempt.FiredAt)
            : [];
        var request = WebhookRequest.For(job, keys, attempt.FiredAt);
        var headers = request.HeadersOnTheWire().Where(header => known || !header.IsSignature);
        return new RequestAsSent(attempt.Number, [.. headers], request.Body, known);
    }

    // The claim reads the secret some time before the request is sent, so a rotation between them leaves open which secret signed.
    private static bool SecretIsKnown(Job job, Attempt attempt, Project project)
    {
        if (project.PreviousSecretExpiresAt is not { } expiresAt) return true;
        var rotatedAt = expiresAt - (long)SigningSecrets.Overlap.TotalMilliseconds;
        var dueAt = attempt.FiredAt - (attempt.LatenessMs ?? 0);
        var earliestClaim = Math.Max(job.CreatedAt, dueAt - (long)Timing.EarliestClaim.TotalMilliseconds);
        return rotatedAt < earliestClaim;
    }
}
