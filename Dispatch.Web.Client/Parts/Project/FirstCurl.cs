using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Jobs;

namespace Dispatch.Web.Client.Parts.Project;

/// <summary>The command that schedules a first job with a new key.</summary>
internal static class FirstCurl
{
    /// <summary>How far ahead the job is: long enough to paste it, short enough to watch it.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    private const int Longest = 10_000;

    /// <param name="host">This host's address with its slash, as the browser knows it.</param>
    /// <param name="webhookUrl">The project's inbox.</param>
    public static string For(string host, string key, string webhookUrl, DateTimeOffset now)
    {
        var body = JobRequestText.Build("My first job", webhookUrl, Instant.Format(now + Ahead), """{"hello":"world"}""");
        HeaderLine[] headers = [new("x-api-key", key), new("content-type", "application/json")];
        return Curl.Post($"{host}api/v1/jobs", headers, JsonLayout.Indent(body, Longest).Text);
    }
}
