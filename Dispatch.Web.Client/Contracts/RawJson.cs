using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Web.Client.Contracts;

/// <summary>A JSON value that is written byte for byte as its author spelled it.</summary>
/// <param name="Utf8">One complete JSON value, already checked, UTF-8.</param>
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8);

/// <summary>
/// Writes the bytes unchecked. They were checked when they came in, and checking them again costs more than the rest of the answer.
/// </summary>
internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);

    // The reader may be fed in pieces; a document copies the value whole, with its spelling.
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return new RawJson(System.Text.Encoding.UTF8.GetBytes(value.RootElement.GetRawText()));
    }
}
