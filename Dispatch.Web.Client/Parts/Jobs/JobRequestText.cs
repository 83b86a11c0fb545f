using System.Text;
using System.Text.Json;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>The body of <c>POST /jobs</c> as text, and what the dialog begins with.</summary>
internal static class JobRequestText
{
    /// <summary>JSON, the payload in it byte for byte as it stands in the request, even if that is no JSON yet.</summary>
    public static string Of(JobRequest request) => JsonSerializer.Serialize(request, DispatchJson.Plain.JobRequest);

    /// <summary>Text as it was typed; white space alone leaves the field out.</summary>
    public static RawJson? Payload(string typed) => string.IsNullOrWhiteSpace(typed) ? null : new RawJson(Encoding.UTF8.GetBytes(typed));

    /// <summary>
    /// The same job once more, at its own instant while that lies ahead; otherwise the instant is empty and the dialog chooses one.
    /// </summary>
    public static JobRequest Again(JobDto job, DateTimeOffset now) => new()
    {
        Title = job.Title,
        WebhookUrl = job.WebhookUrl,
        FireAt = string.CompareOrdinal(job.FireAt, Api.Instant.Format(now)) > 0 ? job.FireAt : "",
        Payload = job.Payload,
    };
}
