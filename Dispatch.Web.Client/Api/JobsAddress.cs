using System.Globalization;
using System.Web;

namespace Dispatch.Web.Client.Api;

/// <summary>What an address of the jobs page says.</summary>
/// <param name="Query">What it asks for, by default where it says nothing that can be understood.</param>
/// <param name="LeftOut">The parts that could not be understood, as they stand in the address.</param>
/// <param name="Schedule">It asks for the dialog that schedules a job.</param>
internal sealed record JobsAddress(JobsQuery Query, IReadOnlyList<string> LeftOut, bool Schedule);

public sealed partial record JobsQuery
{
    /// <summary>Jobs per page that can be chosen.</summary>
    public static readonly IReadOnlyList<int> Limits = [10, 25, 50, 100];

    internal const int MaxSearch = 200;

    /// <summary>The other way round: reads an address that <see cref="ToQueryString"/> made, or that somebody typed.</summary>
    internal static JobsAddress FromUri(string uri)
    {
        var parts = HttpUtility.ParseQueryString(new Uri(uri).Query);
        List<string> leftOut = [];
        var from = Read("from", Utc);
        var query = new JobsQuery
        {
            Status = Read("status", text => JobStatuses.All.Contains(text) ? text : null),
            ProjectId = ReadValue<Guid>("projectId", text => Guid.TryParseExact(text, "D", out var id) ? id : null),
            Search = Read("search", text => text.Length <= MaxSearch && !text.Contains('\0') ? text : null),
            From = from,
            To = Read("to", text => Utc(text) is { } to && string.CompareOrdinal(from, to) < 0 ? to : null),
            Page = ReadValue<int>("page", text => Number(text)) ?? 1,
            Limit = ReadValue<int>("limit", text => Number(text) is { } limit && Limits.Contains(limit) ? limit : null) ?? DefaultLimit,
        };
        return new JobsAddress(query, leftOut, parts["schedule"] == "1");

        string? Read(string name, Func<string, string?> parse)
        {
            if (Text(name) is not { } text) return null;
            var value = parse(text);
            if (value is null) leftOut.Add($"{name}={text}");
            return value;
        }

        T? ReadValue<T>(string name, Func<string, T?> parse) where T : struct
        {
            if (Text(name) is not { } text) return null;
            var value = parse(text);
            if (value is null) leftOut.Add($"{name}={text}");
            return value;
        }

        string? Text(string name) => parts[name]?.Trim() is { Length: > 0 } text ? text : null;
    }

    // One spelling, so that texts compare as instants do.
    private static string? Utc(string text) => Instant.Parse(text) is { } at ? Instant.Format(at) : null;

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 ? number : null;
}
