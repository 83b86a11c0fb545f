using System.Globalization;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>How the overview says its figures.</summary>
internal static class OverviewFigures
{
    public const string Nothing = "–";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Rounded down, so that 100 % means that none failed.</summary>
    public static string Share(double? share) => share is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Round(known * 1000, 6)) / 10:0.#} %")
        : Nothing;

    public static string Lateness(long? ms) => ms switch
    {
        null => Nothing,
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{ms} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1_000d:0.#} s"),
        < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000d:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 3_600_000d:0.#} h"),
    };
}
