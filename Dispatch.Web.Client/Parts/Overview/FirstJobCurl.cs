using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Jobs;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>The command that schedules an account's first job, ready to be pasted into a shell.</summary>
internal static class FirstJobCurl
{
    /// <summary>How often the instant moves on; what is shown is 45 to 75 s ahead.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    /// <param name="host">This host's address, with or without its last slash.</param>
    /// <param name="key">Null where it is not known any more: it was shown once.</param>
    public static string For(string host, string? key, string webhookUrl, DateTimeOffset now) => Curl.Post(
        $"{host.TrimEnd('/')}/api/v1/jobs",
        [new HeaderLine("x-api-key", key ?? "sk_…"), new HeaderLine("content-type", "application/json")],
        $$"""
        {
            "title": "My first job",
            "webhookUrl": "{{webhookUrl}}",
            "fireAt": "{{FireAt(now)}}",
            "payload": { "hello": "world" }
          }
        """.ReplaceLineEndings("\n"));

    // On whole steps, so that the prerendered page and the live one mostly say the same.
    private static string FireAt(DateTimeOffset now)
    {
        var ticks = (now + Ahead).UtcTicks;
        return Instant.Format(new DateTimeOffset((ticks + Step.Ticks - 1) / Step.Ticks * Step.Ticks, TimeSpan.Zero));
    }
}
