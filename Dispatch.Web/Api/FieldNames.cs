using System.Text;
using System.Text.Json;

namespace Dispatch.Web.Api;

/// <summary>The fields an object may have; positions in it are positions in <see cref="JsonFields"/>.</summary>
internal sealed class FieldNames(params string[] names)
{
    private readonly byte[][] utf8 = [.. names.Select(Encoding.UTF8.GetBytes)];
    private readonly string[] codes = [.. names.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public int Count => names.Length;

    public string Name(int field) => names[field];

    /// <summary>The beginning of the field's error codes: <c>fire_at</c>.</summary>
    public string Code(int field) => codes[field];

    /// <summary>The field whose name the reader stands on, or -1.</summary>
    public int IndexOf(ref readonly Utf8JsonReader reader)
    {
        for (var field = 0; field < utf8.Length; field++)
        {
            if (reader.ValueTextEquals(utf8[field])) return field;
        }

        return -1;
    }
}
