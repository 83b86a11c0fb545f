using System.Text.Json;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

/// <summary>A job to the project's own inbox, so that a newcomer sees one arrive.</summary>
internal static class TestJob
{
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    /// <summary>The JSON text to schedule.</summary>
    public static string To(string inboxUrl, DateTimeOffset now) => JsonSerializer.Serialize(
        new JobRequest
        {
            Title = "Test job",
            WebhookUrl = inboxUrl,
            FireAt = Instants.ToText(now + Ahead),
            Payload = new RawJson("""{"message":"Hello from Dispatch"}"""u8.ToArray()),
        },
        DispatchJson.Plain.JobRequest);
}
