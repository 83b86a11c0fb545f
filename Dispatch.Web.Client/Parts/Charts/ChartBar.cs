namespace Dispatch.Web.Client.Parts.Charts;

/// <summary>One bar: what belongs to one stretch of time.</summary>
/// <param name="From">When the stretch begins, RFC 3339 UTC.</param>
/// <param name="Values">One count per series, stacked from the bottom.</param>
public sealed record ChartBar(string From, IReadOnlyList<long> Values)
{
    public long Total => Values.Sum();
}

/// <summary>One kind of value in every bar.</summary>
/// <param name="Name">For the legend, the table and the bar's own words: "Delivered".</param>
/// <param name="Token">The colour's name in tokens.css.</param>
public sealed record ChartSeries(string Name, string Token);

/// <summary>A word or a time below the bars.</summary>
/// <param name="Index">The bar under whose left edge it stands.</param>
/// <param name="Word">Null for the bar's time.</param>
public sealed record ChartMark(int Index, string? Word = null);
