using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Dispatch.Web.Docs;

/// <summary>Marks comments, strings and keywords; enough to find one's way in a sample of twenty lines.</summary>
internal static partial class CodeColours
{
    public static string Html(string code, string language) => language switch
    {
        "bash" => Mark(code, Shell()),
        "python" => Mark(code, Python()),
        "js" or "cs" or "go" => Mark(code, CLike()),
        "json" => Mark(code, Json()),
        _ => WebUtility.HtmlEncode(code),
    };

    private static string Mark(string code, Regex tokens)
    {
        var html = new StringBuilder(code.Length * 2);
        var end = 0;
        foreach (Match token in tokens.Matches(code))
        {
            html.Append(WebUtility.HtmlEncode(code[end..token.Index]));
            html.Append($"<span class=\"{Kind(token)}\">{WebUtility.HtmlEncode(token.Value)}</span>");
            end = token.Index + token.Length;
        }

        return html.Append(WebUtility.HtmlEncode(code[end..])).ToString();
    }

    private static string Kind(Match token) => token.Groups["comment"].Success ? "c" : token.Groups["string"].Success ? "s" : "k";

    [GeneratedRegex(
        """(?<comment>(?<=^|\s)#.*$)"""
        + """|(?<string>'[^']*'|"(?:[^"\\]|\\.)*")"""
        + """|(?<!\S)(?<keyword>if|then|fi|for|in|do|done|until|while|export|echo|curl|dotnet|openssl)(?!\S)""",
        RegexOptions.Multiline)]
    private static partial Regex Shell();

    [GeneratedRegex(
        """(?<comment>#.*$)"""
        + """|(?<string>\"\"\"[\s\S]*?\"\"\"|[fbr]?"(?:[^"\\\n]|\\.)*"|[fbr]?'(?:[^'\\\n]|\\.)*')"""
        + """|\b(?<keyword>and|as|class|def|elif|else|except|for|from|if|import|in|is|not|or|pass|raise|return|try|while|with"""
        + """|None|True|False)\b""",
        RegexOptions.Multiline)]
    private static partial Regex Python();

    [GeneratedRegex(
        """(?<comment>(?<!:)//.*$)"""
        + """|(?<string>\"\"\"[\s\S]*?\"\"\"|\$?@?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)"""
        + """|\b(?<keyword>as|async|await|bool|byte|catch|class|const|defer|else|err|error|export|false|for|foreach|from|func|function"""
        + """|if|import|in|int|is|let|namespace|new|nil|null|of|out|package|private|public|range|record|return"""
        + """|sealed|static|string|switch|throw|true|try|type|using|var|while)\b""",
        RegexOptions.Multiline)]
    private static partial Regex CLike();

    [GeneratedRegex("""(?<string>"(?:[^"\\\n]|\\.)*")(?!\s*:)|\b(?<keyword>true|false|null)\b""")]
    private static partial Regex Json();
}
