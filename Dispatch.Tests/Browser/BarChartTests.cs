using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Parts.Charts;

namespace Dispatch.Tests.Browser;

public sealed class BarChartTests : ComponentTest
{
    private static readonly ChartBar[] Bars =
    [
        new("2026-06-13T09:00:00.000Z", [0, 0]),
        new("2026-06-13T10:00:00.000Z", [6_000, 1]),
        new("2026-06-13T11:00:00.000Z", [0, 0]),
        new("2026-06-13T12:00:00.000Z", [12, 0]),
    ];

    [Fact]
    public void The_drawing_is_one_image_with_a_sentence()
    {
        var drawing = Chart(Bars).Find("svg");
        Assert.Equal("img", drawing.GetAttribute("role"));
        Assert.Equal("6,012 delivered, 1 failed", drawing.GetAttribute("aria-label"));
    }

    [Fact]
    public void The_table_has_every_bar_that_is_not_zero()
    {
        var table = Chart(Bars).Find("table");
        Assert.Equal(["From", "Delivered", "Failed"], table.QuerySelectorAll("thead th").Select(cell => cell.TextContent));
        Assert.Equal(
            ["2026-06-13T10:00:00.000Z", "2026-06-13T12:00:00.000Z"],
            table.QuerySelectorAll("tbody local-time").Select(time => time.GetAttribute("utc")));
        Assert.Equal(["6,000", "1", "12", "0"], table.QuerySelectorAll("td").Select(cell => cell.TextContent));
    }

    [Fact]
    public void One_failure_among_thousands_is_seen()
    {
        var segments = Chart(Bars).FindAll("rect");
        Assert.Equal(3, segments.Count);
        Assert.Equal(
            ["var(--lamp-success)", "var(--lamp-failed)", "var(--lamp-success)"],
            segments.Select(segment => segment.GetAttribute("style")!.Split("fill: ")[1]));
        Assert.Equal("2.5%", segments[1].GetAttribute("height"));
        Assert.All(segments, segment => Assert.InRange(double.Parse(segment.GetAttribute("y")![..^1]), 0, 100));
    }

    [Fact]
    public void The_arrow_keys_go_from_value_to_value()
    {
        var chart = Chart(Bars);
        chart.Find("[role=listbox]").Focus();
        Assert.Equal("t-1", Active());

        chart.Find("[role=listbox]").KeyDown("ArrowRight");
        Assert.Equal("t-3", Active());
        Assert.Contains(
            "12 delivered",
            string.Join(' ', chart.Find(".is-active").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);

        chart.Find("[role=listbox]").KeyDown("ArrowRight");
        Assert.Equal("t-3", Active());

        chart.Find("[role=listbox]").KeyDown("ArrowLeft");
        Assert.Equal("t-1", Active());

        chart.Find("[role=listbox]").Blur();
        Assert.Empty(chart.FindAll(".is-active"));

        string? Active() => chart.Find("[role=listbox]").GetAttribute("aria-activedescendant");
    }

    [Fact]
    public void With_nothing_to_show_it_says_so()
    {
        var chart = Chart([Bars[0], Bars[2]]);
        Assert.Equal("Nothing was sent.", chart.Find(".chart-empty").TextContent);
        Assert.Empty(chart.FindAll("[role=listbox], rect, table"));
    }

    private IRenderedComponent<BarChart> Chart(IReadOnlyList<ChartBar> bars) => Render<BarChart>(chart => chart
        .Add(part => part.Id, "t").Add(part => part.Caption, "Deliveries per hour").Add(part => part.Label, "6,012 delivered, 1 failed")
        .Add(part => part.Empty, "Nothing was sent.")
        .Add(part => part.Series, [new("Delivered", "--lamp-success"), new("Failed", "--lamp-failed")])
        .Add(part => part.Bars, bars).Add(part => part.Marks, [new(0)]).Add(part => part.End, "now"));
}
