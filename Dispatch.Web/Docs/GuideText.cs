using System.Globalization;
using Dispatch.Settings;

namespace Dispatch.Web.Docs;

/// <summary>The Markdown in <c>docs/guide</c>, embedded in the assembly, with this installation's limits filled in.</summary>
internal static class GuideText
{
    /// <summary>Stands for the host's address until a request says what it is.</summary>
    public const string Base = "{{base}}";

    private const string Folder = "guide/";

    /// <summary>The sections' names in reading order; each file begins with its place, such as <c>02-quickstart.md</c>.</summary>
    public static IEnumerable<string> Sections => typeof(GuideText).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && char.IsAsciiDigit(name[Folder.Length]))
        .Order(StringComparer.Ordinal)
        .Select(name => name[Folder.Length..]);

    public static string Read(string name, DeliveryOptions delivery)
    {
        using var reader = new StreamReader(typeof(GuideText).Assembly.GetManifestResourceStream(Folder + name)!);
        return reader.ReadToEnd()
            .Replace("{{timeout}}", Duration(delivery.Timeout), StringComparison.Ordinal)
            .Replace("{{attempts}}", delivery.MaxAttempts.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{{ladder}}", string.Join(", ", delivery.RetryLadder.Select(Duration)), StringComparison.Ordinal)
            .Replace("{{payload}}", delivery.MaxPayloadBytes.ToString("N0", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string Duration(TimeSpan duration) =>
        duration.TotalSeconds < 120 || duration.TotalSeconds % 60 != 0
            ? $"{duration.TotalSeconds:0.###} s"
            : $"{duration.TotalMinutes:0} min";
}
