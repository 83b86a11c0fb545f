using System.Globalization;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>The command that schedules an account's first job, ready to be pasted into a shell.</summary>
internal static class FirstJobCurl
{
    /// <summary>Stands for a key that is not in sight: it was shown once.</summary>
    public const string UnknownKey = "sk_…";

    /// <summary>How often the instant moves on; what is shown is 45 to 75 s ahead.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    /// <param name="baseUri">This host's address, with or without its last slash.</param>
    /// <param name="key">Null where it is not known any more.</param>
    public static string For(string baseUri, string? key, string webhookUrl, DateTimeOffset now) =>
        $$"""
        curl -X POST {{baseUri.TrimEnd('/')}}/api/v1/jobs \
          -H 'x-api-key: {{key ?? UnknownKey}}' \
          -H 'content-type: application/json' \
          -d '{
            "title": "My first job",
            "webhookUrl": "{{webhookUrl}}",
            "fireAt": "{{FireAt(now)}}",
            "payload": { "hello": "world" }
          }'
        """.ReplaceLineEndings("\n");

    // On whole steps, so that the prerendered page and the live one mostly say the same.
    private static string FireAt(DateTimeOffset now)
    {
        var ticks = (now + Ahead).UtcTicks;
        var next = ((ticks + Step.Ticks - 1) / Step.Ticks) * Step.Ticks;
        return new DateTime(next, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
