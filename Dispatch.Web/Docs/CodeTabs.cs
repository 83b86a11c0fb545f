using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace Dispatch.Web.Docs;

/// <summary>Samples that say the same in several languages: neighbouring fences with <c>tab=NAME</c>.</summary>
internal sealed class CodeTabs() : ContainerBlock(null)
{
    /// <summary>Puts neighbouring fences with a tab into one block.</summary>
    public static void Group(MarkdownDocument document)
    {
        for (var i = 0; i < document.Count; i++)
        {
            if (document[i] is not FencedCodeBlock first || CodeFence.Of(first).Tab is null) continue;
            var tabs = new CodeTabs();
            while (i < document.Count && document[i] is FencedCodeBlock fence && CodeFence.Of(fence).Tab is not null)
            {
                document.RemoveAt(i);
                tabs.Add(fence);
            }

            document.Insert(i, tabs);
        }
    }
}

/// <summary>Without script all samples stand below each other under their names; docs.js makes tabs of them.</summary>
internal sealed class CodeTabsRenderer : HtmlObjectRenderer<CodeTabs>
{
    protected override void Write(HtmlRenderer renderer, CodeTabs obj)
    {
        renderer.WriteLine("<div class=\"tabs\">");
        foreach (var fence in obj.OfType<FencedCodeBlock>())
        {
            var tab = CodeFence.Of(fence).Tab;
            renderer.WriteLine($"<div class=\"tab\" data-tab=\"{tab}\"><p class=\"tab-name\">{tab}</p>");
            renderer.Write(fence);
            renderer.WriteLine("</div>");
        }

        renderer.WriteLine("</div>");
    }
}
