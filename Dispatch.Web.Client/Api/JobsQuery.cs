using System.Globalization;

namespace Dispatch.Web.Client.Api;

/// <summary>What the jobs grid asks for; its parts are the query of the page's address and of <c>GET /api/v1/dashboard/jobs</c>.</summary>
public sealed partial record JobsQuery
{
    public const int DefaultLimit = 25;

    /// <summary>SCHEDULED, FIRING, … or null for all.</summary>
    public string? Status { get; init; }

    public Guid? ProjectId { get; init; }

    /// <summary>Looked for in title, URL and id, upper and lower case the same.</summary>
    public string? Search { get; init; }

    /// <summary>Only jobs whose <c>fireAt</c> is at or after this, RFC 3339 UTC.</summary>
    public string? From { get; init; }

    /// <summary>Only jobs whose <c>fireAt</c> is before this, RFC 3339 UTC.</summary>
    public string? To { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>1 to 100.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>The query of an address, with its question mark; empty where everything is as by default.</summary>
    public string ToQueryString()
    {
        (string Name, string? Value)[] parts =
        [
            ("status", Status), ("projectId", ProjectId?.ToString()), ("search", Search), ("from", From), ("to", To),
            ("page", Page == 1 ? null : Page.ToString(CultureInfo.InvariantCulture)),
            ("limit", Limit == DefaultLimit ? null : Limit.ToString(CultureInfo.InvariantCulture)),
        ];
        var query = string.Join('&', parts
            .Where(part => !string.IsNullOrEmpty(part.Value))
            .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return query.Length == 0 ? "" : $"?{query}";
    }
}
