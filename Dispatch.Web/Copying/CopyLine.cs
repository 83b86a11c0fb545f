using Dispatch.Data.Copying;

namespace Dispatch.Web.Copying;

/// <summary>A move's progress in words and as a bar.</summary>
internal static class CopyLine
{
    private const int BarWidth = 28;

    /// <summary>Without a bar, for a log.</summary>
    public static string Plain(CopyProgress at) => $"{at.Table}: {at.Rows:N0} of {at.Of:N0} rows ({Percent(at)} %), {Pace(at)}";

    /// <summary>At most <paramref name="width"/> characters.</summary>
    public static string Bar(CopyProgress at, int width)
    {
        var done = (int)(BarWidth * Share(at));
        var line = $"[{new string('#', done)}{new string('.', BarWidth - done)}] {Percent(at),3} %  "
            + $"{at.Rows:N0} of {at.Of:N0} rows, {Pace(at)}  {at.Table}";
        return line.Length <= width ? line : line[..Math.Max(0, width)];
    }

    public static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => $"{span.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds} s",
        _ => $"{(int)span.TotalHours} h {span.Minutes} min",
    };

    // Rounded down: 100 % is when nothing is left.
    private static int Percent(CopyProgress at) => (int)(100 * Share(at));

    private static double Share(CopyProgress at) => at.Of == 0 ? 1 : Math.Min(1, (double)at.Rows / at.Of);

    private static string Pace(CopyProgress at) => $"{at.Rate:N0} rows/s, {(at.Left is { } left ? Span(left) : "…")} left";
}
