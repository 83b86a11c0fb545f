using System.Text;
using System.Text.Json;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>Checks a payload while it is typed, by the rules of <c>POST /jobs</c>; the host has the last word.</summary>
internal static class PayloadCheck
{
    public const int MaxDepth = 64;

    /// <summary>What is wrong first, or null. White space alone is no payload, which is allowed.</summary>
    public static JsonProblem? Check(string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return At(
                text, utf8, (int)reader.TokenStartIndex, "must be a JSON object: { … }");
            do
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= MaxDepth)
                {
                    return At(text, utf8, (int)reader.TokenStartIndex, $"must be at most {MaxDepth} levels deep");
                }

                if (HoldsHalfACharacter(ref reader)) return At(
                    text, utf8, (int)reader.TokenStartIndex, "half of a surrogate pair, which is no character");
            }
            while (reader.Read());
            return null;
        }
        catch (JsonException exception)
        {
            var at = LineStart(utf8, exception.LineNumber ?? 0) + (int)(exception.BytePositionInLine ?? 0);
            return At(text, utf8, at, null);
        }
    }

    private static bool HoldsHalfACharacter(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped) return false;
        try
        {
            reader.GetString();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static int LineStart(ReadOnlySpan<byte> utf8, long line)
    {
        var start = 0;
        for (; line > 0; line--) start += utf8[start..].IndexOf((byte)'\n') + 1;
        return start;
    }

    private static JsonProblem At(string text, ReadOnlySpan<byte> utf8, int position, string? message)
    {
        var at = Encoding.UTF8.GetCharCount(utf8[..Math.Min(position, utf8.Length)]);
        var before = text.AsSpan(0, at);
        return new JsonProblem(message ?? InWords(text, at), at, before.Count('\n') + 1, at - (before.LastIndexOf('\n') + 1) + 1);
    }

    // Our own words: the parser's are cut out of a WebAssembly build.
    private static string InWords(string text, int at)
    {
        if (at >= text.Length) return "the text ends before the object does";
        return text[at] switch
        {
            '}' or ']' when text.AsSpan(0, at).TrimEnd().EndsWith(',') => $"a comma with nothing after it, before {text[at]}",
            '\'' or '\u2018' or '\u2019' or '\u201c' or '\u201d' => "texts and names need straight double quotes: \"",
            var letter when char.IsLetter(letter) && text.AsSpan(0, at).TrimEnd() is [.., '{' or ','] =>
                "names stand in double quotes, and the only bare words are true, false and null",
            '/' => "JSON has no comments",
            '\n' or '\r' or '\t' => "a line break or tab within a text; write \\n or \\t",
            var other when char.IsControl(other) => $"a control character (U+{(int)other:X4})",
            var other => $"unexpected {other}",
        };
    }
}
