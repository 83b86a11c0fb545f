using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Dispatch.Settings;

namespace Dispatch.Web.Docs;

/// <summary>One chapter of the guide.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Summary">Its first sentence, for lists of links.</param>
/// <param name="Html">Rendered, its heading included; <see cref="GuideText.Base"/> still stands for the host's address.</param>
public sealed record GuideSection(string Id, string Title, string Summary, string Html, IReadOnlyList<GuideHeading> Headings);

/// <summary>A heading within a chapter.</summary>
public sealed record GuideHeading(string Id, string Title);

/// <summary>The guide, rendered once.</summary>
internal sealed partial class Guide
{
    private readonly string prompt;
    private readonly string markdown;

    public Guide(DeliveryOptions delivery)
    {
        var texts = GuideText.Sections.Select(name => GuideText.Read(name, delivery)).ToArray();
        Sections = [.. texts.Select(GuideMarkdown.Render)];
        markdown = PageOnly().Replace(string.Join("\n", texts), "");
        prompt = GuideText.Read("ai-prompt.md", delivery);
    }

    public IReadOnlyList<GuideSection> Sections { get; }

    /// <summary>What a coding agent is told to do.</summary>
    public string Prompt(string host) => prompt.Replace(GuideText.Base, host, StringComparison.Ordinal);

    /// <summary>The whole guide as Markdown.</summary>
    public string Markdown(string host) => markdown.Replace(GuideText.Base, host, StringComparison.Ordinal);

    /// <summary>A chapter as it is shown to those who reached this host at that address.</summary>
    public static string Html(GuideSection section, string host) =>
        section.Html.Replace(GuideText.Base, HtmlEncoder.Default.Encode(host), StringComparison.Ordinal);

    // Tabs and the names of tests mean nothing outside the page, nor do classes and anchors in braces.
    [GeneratedRegex("(?<=^```\\w+) .*$|(?<=[`\\w)]) ?\\{[.#][^}\n]*\\}", RegexOptions.Multiline)]
    private static partial Regex PageOnly();
}
