using System.Globalization;

namespace Dispatch.Web.Client.Parts.Charts;

/// <summary>
/// Where the bars stand, in percent of the drawing. So they are sharp at any width, and nothing has to be measured in the browser.
/// </summary>
internal sealed class ChartShape(IReadOnlyList<ChartBar> bars)
{
    /// <summary>The tallest bar leaves room for what the least heights below add.</summary>
    private const double Tallest = 94;

    /// <summary>One failure among thousands must still be seen.</summary>
    private const double Least = 2.5;

    private const double Filled = .74;

    private readonly double step = 100d / bars.Count;

    public long Max { get; } = bars.Count == 0 ? 0 : bars.Max(bar => bar.Total);

    public string Width => Percent(step * Filled);

    public string Left(int index) => Percent((index + ((1 - Filled) / 2)) * step);

    /// <summary>The left edge of the bar's whole place, gap included.</summary>
    public string Place(int index) => Percent(index * step);

    /// <summary>The bar's segments that are not empty, from the bottom.</summary>
    public IEnumerable<ChartSegment> Segments(ChartBar bar)
    {
        var below = 0d;
        for (var series = 0; series < bar.Values.Count; series++)
        {
            if (bar.Values[series] == 0) continue;
            var height = Math.Max(Least, Tallest * bar.Values[series] / Max);
            below += height;
            yield return new ChartSegment(series, Percent(100 - below), Percent(height));
        }
    }

    private static string Percent(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.###}%");
}

/// <summary>One rectangle of a bar.</summary>
internal readonly record struct ChartSegment(int Series, string Top, string Height);
