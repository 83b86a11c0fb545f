using System.Text;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>What <see cref="ScheduleDialog"/> begins with.</summary>
/// <param name="FireAt">RFC 3339 UTC; null lets the dialog choose.</param>
/// <param name="Payload">JSON text; it goes out as it is here unless it is edited.</param>
public sealed record SchedulePrefill(string Title = "", string WebhookUrl = "", string? FireAt = null, string Payload = "")
{
    /// <summary>The same job once more; at its own instant while that lies ahead.</summary>
    public static SchedulePrefill From(JobDto job, DateTimeOffset now) => new(
        job.Title, job.WebhookUrl, string.CompareOrdinal(job.FireAt, Api.Instant.Format(now)) > 0 ? job.FireAt : null, Encoding.UTF8.GetString(job.Payload.Utf8.Span));
}
