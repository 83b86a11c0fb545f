using System.Text.RegularExpressions;
using Dispatch.Settings;
using Dispatch.Web.Docs;

namespace Dispatch.Tests.Docs;

/// <summary>A sample of the guide as a reader would copy it.</summary>
internal sealed record GuideSample(CodeFence Fence, string Code);

/// <summary>Takes the samples out of the Markdown that the host serves.</summary>
internal static partial class GuideSamples
{
    public static IReadOnlyList<GuideSample> All { get; } = [.. GuideText.Sections
        .SelectMany(section => Block().Matches(GuideText.Read(section, new DeliveryOptions())))
        .Select(block => new GuideSample(CodeFence.Parse(block.Groups["info"].Value), block.Groups["code"].Value))];

    /// <summary>The samples marked <c>run=NAME</c>, as one text in their order.</summary>
    public static string Run(string name, string? tab = null)
    {
        var samples = All
            .Where(sample => sample.Fence.Run == name && (tab is null || sample.Fence.Tab == tab))
            .Select(sample => sample.Code)
            .ToArray();
        Assert.NotEmpty(samples);
        return string.Concat(samples);
    }

    [GeneratedRegex("^```(?<info>\\S.*)\n(?<code>[\\s\\S]*?)^```$", RegexOptions.Multiline)]
    private static partial Regex Block();
}
