using System.Globalization;
using System.Text;
using Dispatch.Bench.Contestants;
using Dispatch.Bench.Rows;

namespace Dispatch.Bench.Report;

/// <summary>
/// Writes <see cref="Place"/>: lateness by percentile under steady load, logarithmic, readable on a light and on a dark page.
/// </summary>
internal static class Chart
{
    /// <summary>From the top of the repository; served as <c>/lateness.svg</c>.</summary>
    public const string Place = "Dispatch.Web/wwwroot/lateness.svg";

    private const int Width = 930;
    private const int Height = 460;
    private const int Left = 70;
    private const int Right = 280;
    private const int Top = 50;
    private const int Bottom = 50;
    private const double LeastMs = 0.1;

    private static readonly (string Figure, string Label)[] Percentiles =
        [("p50 ms", "p50"), ("p90 ms", "p90"), ("p99 ms", "p99"), ("p99.9 ms", "p99.9"), ("max ms", "max")];
    private static readonly string[] PeerColours = ["#c2803a", "#b3589a", "#8f7ad1", "#c25b5b", "#7d8a3c", "#6b7f95", "#a8895c"];

    public static void Write(Measurements results)
    {
        var row = Delivering.Steady.Name;
        (string Label, string Colour, Figures Median)[] lines =
        [
            .. ((string Label, string Colour, Figures Median)[])
            [
                ("Dispatch, SQLite", "#1f9d6b", results.Median(row, "dispatch-sqlite")),
                ("Dispatch, PostgreSQL", "#2f7fd6", results.Median(row, "dispatch-postgres"))
            ],
            .. PeerDescription.All.Select((peer, i) => (peer.Label, PeerColours[i % PeerColours.Length], results.Median(row, peer.Name))),
        ];
        lines =
        [
            .. lines.Where(line => line.Median.ContainsKey("p50 ms")).Select(line =>
                line.Median.GetValueOrDefault("early") > 0 ? line with { Label = $"{line.Label} (some early)" } : line)
        ];
        if (lines.Length == 0) return;

        var decades = Math.Ceiling(Math.Log10(lines.Max(line => line.Median["max ms"])));
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"system-ui, sans-serif\""
                + $" font-size=\"13\" role=\"img\" aria-label=\"Lateness by percentile, Dispatch and its peers\">\n");
        svg.Append("<style>text{fill:#768390}.t{font-size:15px;font-weight:600}.g{stroke:#8b949e;stroke-opacity:.3}</style>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"t\" x=\"{Left}\" y=\"24\">"
                + $"Lateness by percentile, {Delivering.Steady.How} (ms, logarithmic; lower is better)</text>\n");
        for (var decade = -1; decade <= decades; decade++)
        {
            var y = Y(Math.Pow(10, decade), decades);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"g\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.0}\" y2=\"{y:0.0}\"/>"
                    + $"<text x=\"{Left - 8}\" y=\"{y + 4:0.0}\" text-anchor=\"end\">{Ms(Math.Pow(10, decade))}</text>\n");
        }

        for (var i = 0; i < Percentiles.Length; i++) svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{X(i):0.0}\" y=\"{Height - Bottom + 22}\" text-anchor=\"middle\">{Percentiles[i].Label}</text>\n");
        foreach (var (label, colour, median, labelY) in Spread(lines, decades)) Draw(svg, label, colour, median, labelY, decades);
        svg.Append("</svg>\n");
        File.WriteAllText(Path.Combine(DispatchHosts.Top, Place), svg.ToString());
    }

    private static void Draw(StringBuilder svg, string label, string colour, Figures median, double labelY, double decades)
    {
        var points = Percentiles.Select((percentile, i) => (X: X(i), Y: Y(median[percentile.Figure], decades))).ToArray();
        var width = label.StartsWith("Dispatch", StringComparison.Ordinal) ? 3 : 1.5;
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" points=\""
                + $"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.0},{p.Y:0.0}")))}\"/>\n");
        foreach (var (x, y) in points) svg.Append(
            CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"{width + 0.5}\" fill=\"{colour}\"/>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<line class=\"g\" x1=\"{points[^1].X + 5:0.0}\" y1=\"{points[^1].Y:0.0}\""
                + $" x2=\"{Width - Right + 16}\" y2=\"{labelY:0.0}\"/>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Width - Right + 20}\" y=\"{labelY + 4:0.0}\""
                + $" style=\"fill:{colour}\" font-weight=\"{(width > 2 ? 700 : 400)}\">{label}</text>\n");
    }

    // Labels stand at the height of their line's end, moved apart where they would cover each other.
    private static IEnumerable<(string Label, string Colour, Figures Median, double LabelY)> Spread(
        (string Label, string Colour, Figures Median)[] lines, double decades)
    {
        const double apart = 19;
        var above = double.NegativeInfinity;
        foreach (var line in lines.OrderByDescending(line => line.Median["max ms"]))
        {
            above = Math.Max(Y(line.Median["max ms"], decades), above + apart);
            yield return (line.Label, line.Colour, line.Median, above);
        }
    }

    private static double X(int percentile) => Left + 20 + ((Width - Left - Right - 40.0) / (Percentiles.Length - 1) * percentile);

    private static double Y(double ms, double decades) =>
        Height - Bottom
            - ((Height - Top - Bottom) * (Math.Log10(Math.Max(ms, LeastMs)) - Math.Log10(LeastMs)) / (decades - Math.Log10(LeastMs)));

    private static string Ms(double ms) =>
        ms < 1 ? ms.ToString("0.0", CultureInfo.InvariantCulture)
        : ms >= 1000 ? $"{ms / 1000:0} s"
        : ms.ToString("0", CultureInfo.InvariantCulture);
}
