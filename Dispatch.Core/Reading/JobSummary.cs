using System.Linq.Expressions;
using Dispatch.Model;

namespace Dispatch.Reading;

/// <summary>A job without its payload, because lists do not show the up to 256 KiB.</summary>
/// <param name="Attempts">The number of attempts started.</param>
internal sealed record JobSummary(
    Guid Id,
    Guid ProjectId,
    string Title,
    string WebhookUrl,
    long FireAt,
    JobStatus Status,
    int RetryCount,
    long? NextAttemptAt,
    long CreatedAt,
    long UpdatedAt,
    int Attempts)
{
    /// <summary>An expression, so that the database reads only these columns.</summary>
    public static readonly Expression<Func<Job, JobSummary>> OfRow = j => new JobSummary(
        j.Id, j.ProjectId, j.Title, j.WebhookUrl, j.FireAt, j.Status, j.RetryCount, j.NextAttemptAt, j.CreatedAt, j.UpdatedAt, j.Attempt);
}
