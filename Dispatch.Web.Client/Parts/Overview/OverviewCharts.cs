using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Charts;
using static Dispatch.Web.Client.Parts.Overview.OverviewFigures;

namespace Dispatch.Web.Client.Parts.Overview;

/// <summary>The overview's two charts: their bars, and the sentence that says what they show.</summary>
internal static class OverviewCharts
{
    public static IReadOnlyList<ChartSeries> Outcomes { get; } = [new("Delivered", "--lamp-success"), new("Failed", "--lamp-failed")];

    public static IReadOnlyList<ChartSeries> DueSeries { get; } = [new("Due", "--accent")];

    public static IReadOnlyList<ChartMark> HourMarks { get; } = [new(0), new(6), new(12), new(18)];

    public static IReadOnlyList<ChartMark> MinuteMarks { get; } = [new(0, "now"), new(15), new(30), new(45)];

    public static IReadOnlyList<ChartBar> Bars(IReadOnlyList<DeliveryHourDto> hours) =>
        [.. hours.Select(hour => new ChartBar(hour.From, [hour.Succeeded, hour.Failed]))];

    public static IReadOnlyList<ChartBar> Bars(IReadOnlyList<UpcomingMinute> minutes) =>
        [.. minutes.Select(minute => new ChartBar(minute.From, [minute.Due]))];

    public static string Sentence(IReadOnlyList<DeliveryHourDto> hours)
    {
        var (succeeded, failed) = (hours.Sum(hour => hour.Succeeded), hours.Sum(hour => hour.Failed));
        return succeeded + failed == 0
            ? "Deliveries per hour: none in the last 24 hours."
            : $"Deliveries per hour in the last 24 hours: {Count(succeeded)} delivered, {Count(failed)} failed, "
                + $"at most {Count(hours.Max(hour => hour.Succeeded + hour.Failed))} in one hour.";
    }

    public static string Sentence(IReadOnlyList<UpcomingMinute> minutes)
    {
        var due = minutes.Sum(minute => minute.Due);
        return due == 0
            ? "Attempts due per minute: none in the next hour."
            : $"Attempts due per minute in the next hour: {Count(due)} in all, "
                + $"at most {Count(minutes.Max(minute => minute.Due))} in one minute.";
    }
}
