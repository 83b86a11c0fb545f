using System.Buffers;
using System.Text;
using System.Text.Json;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

internal static class PrettyJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = PlainJsonEncoder.Instance };

    /// <summary>The same JSON in lines, its numbers spelled as they were; null where the text is no JSON.</summary>
    public static string? Of(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, Indented)) document.WriteTo(writer);
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)   // lone surrogates, escaped or not
        {
            return null;
        }
    }
}
