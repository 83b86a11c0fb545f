using System.Text.Json;
using Dispatch.Web.Client.Parts.Jobs;

namespace Dispatch.Web.Client.Parts.Project;

internal static class PrettyJson
{
    private const int Longest = 1_000_000;

    /// <summary>The same JSON in lines; null where the text is no JSON, or would become too long because of its many levels.</summary>
    public static string? Of(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)   // the latter: half a surrogate pair
        {
            return null;
        }

        return JsonLayout.Indent(text, Longest) is (var laid, IsCut: false) ? laid : null;
    }
}
