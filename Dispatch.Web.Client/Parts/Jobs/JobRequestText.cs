using System.Text.Json;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>The body of <c>POST /jobs</c> as text, the payload in it as it was typed.</summary>
internal static class JobRequestText
{
    /// <param name="payload">JSON; white space alone leaves the field out.</param>
    public static string Build(string title, string webhookUrl, string fireAt, string payload)
    {
        var head = $$"""{"title":{{Quote(title)}},"webhookUrl":{{Quote(webhookUrl)}},"fireAt":{{Quote(fireAt)}}""";
        return string.IsNullOrWhiteSpace(payload) ? head + "}" : $"{head},\"payload\":{payload}}}";
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, PlainJsonEncoder.Instance)}\"";
}
