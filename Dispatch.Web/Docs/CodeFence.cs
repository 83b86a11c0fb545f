using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace Dispatch.Web.Docs;

/// <summary>What stands behind the three backticks: <c>bash tab=curl file=send.sh run=quickstart</c>.</summary>
/// <param name="Language">What it is coloured as.</param>
/// <param name="Tab">The tab it stands in, or null.</param>
/// <param name="File">The file's name that is shown above it, or null.</param>
/// <param name="Run">The test that runs it, or null.</param>
internal sealed record CodeFence(string Language, string? Tab, string? File, string? Run)
{
    public static CodeFence Of(FencedCodeBlock block) => Parse($"{block.Info} {block.Arguments}");

    public static CodeFence Parse(string info)
    {
        var words = info.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new CodeFence(words.Length == 0 || words[0].Contains('=') ? "" : words[0], Value("tab"), Value("file"), Value("run"));

        string? Value(string key) =>
            words.FirstOrDefault(word => word.StartsWith($"{key}=", StringComparison.Ordinal))?[(key.Length + 1)..];
    }
}

/// <summary>A block of code: its name, a button to copy it (shown by docs.js), and the code in colours.</summary>
internal sealed class CodeRenderer : HtmlObjectRenderer<CodeBlock>
{
    protected override void Write(HtmlRenderer renderer, CodeBlock obj)
    {
        var fence = obj is FencedCodeBlock fenced ? CodeFence.Of(fenced) : new CodeFence("", null, null, null);
        var name = fence.File ?? fence.Language switch { "text" => "", "js" => "node", "cs" => "c#", var language => language };
        renderer.WriteLine(
            $"<div class=\"code\"><div class=\"code-head\"><span>{name}</span>"
            + "<button type=\"button\" class=\"copy\" hidden>Copy</button></div>");
        renderer
            .Write("<pre tabindex=\"0\"><code>")
            .Write(CodeColours.Html(obj.Lines.ToString(), fence.Language))
            .WriteLine("</code></pre></div>");
    }
}
