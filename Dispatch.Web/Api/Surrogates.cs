using System.Globalization;
using System.Text.Json;

namespace Dispatch.Web.Api;

/// <summary>
/// Finds <c>\uD800</c> to <c>\uDFFF</c> without a partner. The JSON grammar allows them, but they are no text: neither a database nor the
/// receiver's parser could be trusted with them.
/// </summary>
internal static class Surrogates
{
    /// <summary>Looks at the string or property name that the reader stands on.</summary>
    public static bool AnyLone(ref readonly Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && AnyLone(reader.ValueSpan);

    /// <param name="escaped">The inside of a JSON string whose escapes are well-formed.</param>
    public static bool AnyLone(ReadOnlySpan<byte> escaped)
    {
        var pendingHigh = false;
        while (escaped.IndexOf((byte)'\\') is >= 0 and var at)
        {
            if (pendingHigh && at > 0) return true;
            var unit = escaped[at + 1] == 'u' ? Unit(escaped.Slice(at + 2, 4)) : '\0';
            if (pendingHigh != char.IsLowSurrogate(unit)) return true;
            pendingHigh = char.IsHighSurrogate(unit);
            escaped = escaped[(at + (escaped[at + 1] == 'u' ? 6 : 2))..];
        }

        return pendingHigh;
    }

    /// <summary>At most so many units of the text, and no half of a pair at the end.</summary>
    public static string Cut(string text, int max) =>
        text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    private static char Unit(ReadOnlySpan<byte> hex) =>
        (char)ushort.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
