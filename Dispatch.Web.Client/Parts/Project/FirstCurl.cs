namespace Dispatch.Web.Client.Parts.Project;

/// <summary>The command that schedules a first job with a new key.</summary>
internal static class FirstCurl
{
    /// <summary>How far ahead the job is: long enough to paste it, short enough to watch it.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    /// <param name="host">This host's address with its slash, as the browser knows it.</param>
    /// <param name="webhookUrl">The project's inbox.</param>
    public static string For(string host, string key, string webhookUrl, DateTimeOffset now) => $$"""
        curl -X POST {{host}}api/v1/jobs \
          -H 'x-api-key: {{key}}' \
          -H 'content-type: application/json' \
          -d '{
            "title": "My first job",
            "webhookUrl": "{{webhookUrl}}",
            "fireAt": "{{Instants.ToText(now + Ahead)}}",
            "payload": { "hello": "world" }
          }'
        """;
}
