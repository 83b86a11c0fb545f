using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Dispatch.Web.Docs;

/// <summary>Turns a chapter's Markdown into HTML. The text is ours, so raw HTML in it stays.</summary>
internal static class GuideMarkdown
{
    private const string Page = "/docs/using";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseGenericAttributes().Build();

    /// <summary>The chapter begins with its title, <c>## Title {#id}</c>; its headings are <c>### Title {#id}</c>.</summary>
    public static GuideSection Render(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        var headings = document.Descendants<HeadingBlock>()
            .Select(heading => new GuideHeading(heading.GetAttributes().Id!, TextOf(heading.Inline!)))
            .ToArray();
        var summary = TextOf(document.OfType<ParagraphBlock>().First().Inline!);
        KeepLinksOnPage(document);
        CodeTabs.Group(document);
        return new GuideSection(headings[0].Id, headings[0].Title, FirstSentence(summary), Write(document), headings[1..]);
    }

    private static string Write(MarkdownDocument document)
    {
        using var text = new StringWriter();
        var html = new HtmlRenderer(text);
        Pipeline.Setup(html);
        html.ObjectRenderers.RemoveAll(renderer => renderer is CodeBlockRenderer or HtmlTableRenderer or HeadingRenderer);
        html.ObjectRenderers.AddRange([new CodeTabsRenderer(), new CodeRenderer(), new HeadingWithAnchor(), new ScrollingTable()]);
        html.Render(document);
        return text.ToString();
    }

    // The page has a <base>, against which a bare "#id" would lead to the start page.
    private static void KeepLinksOnPage(MarkdownDocument document)
    {
        foreach (var link in document.Descendants<LinkInline>())
        {
            if (link.Url?.StartsWith('#') == true) link.Url = Page + link.Url;
        }
    }

    private static string TextOf(ContainerInline inline) => string.Concat(inline.Descendants().Select(part => part switch
    {
        LiteralInline text => text.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        _ => "",
    }));

    private static string FirstSentence(string text) =>
        text.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var end ? text[..(end + 1)] : text;

    private sealed class HeadingWithAnchor : HtmlObjectRenderer<HeadingBlock>
    {
        protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
        {
            var id = obj.GetAttributes().Id;
            renderer.Write($"<h{obj.Level} id=\"{id}\"><a class=\"anchor\" href=\"{Page}#{id}\">").WriteLeafInline(obj);
            renderer.WriteLine($"</a></h{obj.Level}>");
        }
    }

    /// <summary>A wide table scrolls by itself, so that the page does not; by keyboard too.</summary>
    private sealed class ScrollingTable : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            renderer.WriteLine("<div class=\"table\" tabindex=\"0\">");
            base.Write(renderer, table);
            renderer.WriteLine("</div>");
        }
    }
}
