using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Jobs;

namespace Dispatch.Web.Client.Parts.Project;

/// <summary>A job to the project's own inbox, so that a newcomer sees one arrive.</summary>
internal static class TestJob
{
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    /// <summary>The JSON text to schedule.</summary>
    public static string To(string inboxUrl, DateTimeOffset now) =>
        JobRequestText.Of(new JobRequest
        {
            Title = "Test job",
            WebhookUrl = inboxUrl,
            FireAt = Instant.Format(now + Ahead),
            Payload = JobRequestText.Payload("""{"message":"Hello from Dispatch"}"""),
        });
}
