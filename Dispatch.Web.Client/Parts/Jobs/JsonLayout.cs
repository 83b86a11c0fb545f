using System.Text;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>
/// Lays JSON out for reading. Only the white space between tokens changes: numbers, escapes, order and repeated names stay as their author
/// wrote them, which no parser and writer would keep.
/// </summary>
internal static class JsonLayout
{
    /// <summary>The text with two spaces per level.</summary>
    /// <param name="json">Valid JSON.</param>
    /// <param name="limit">Where to stop, in characters: a small text of many levels becomes a large one.</param>
    public static (string Text, bool IsCut) Indent(string json, int limit)
    {
        var laid = new StringBuilder(Math.Min(json.Length * 2, limit));
        var depth = 0;
        for (var at = 0; at < json.Length; at++)
        {
            if (laid.Length > limit) return (laid.ToString(0, limit), true);
            switch (json[at])
            {
                case ' ' or '\t' or '\r' or '\n':
                    break;
                case '"':
                    var end = EndOfText(json, at);
                    laid.Append(json, at, end - at);
                    at = end - 1;
                    break;
                case '{' or '[' when Next(json, at) is '}' or ']':
                    laid.Append(json[at]);
                    at = json.IndexOfAny(['}', ']'], at);
                    laid.Append(json[at]);
                    break;
                case '{' or '[':
                    NewLine(laid.Append(json[at]), ++depth);
                    break;
                case '}' or ']':
                    NewLine(laid, --depth).Append(json[at]);
                    break;
                case ',':
                    NewLine(laid.Append(','), depth);
                    break;
                case ':':
                    laid.Append(": ");
                    break;
                default:
                    laid.Append(json[at]);
                    break;
            }
        }

        return (laid.ToString(), false);
    }

    private static StringBuilder NewLine(StringBuilder laid, int depth) => laid.Append('\n').Append(' ', depth * 2);

    private static char? Next(string json, int at)
    {
        while (++at < json.Length)
        {
            if (!char.IsWhiteSpace(json[at])) return json[at];
        }

        return null;
    }

    private static int EndOfText(string json, int quote)
    {
        var at = quote + 1;
        while (json[at] != '"') at += json[at] == '\\' ? 2 : 1;
        return at + 1;
    }
}
