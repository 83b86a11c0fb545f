using Dispatch.Reading;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.WebUtilities;

namespace Dispatch.Web.Dashboard;

/// <summary>The query of <c>GET /dashboard/jobs</c>.</summary>
internal static class GridQuery
{
    private const int MaxSearch = 500;

    /// <summary>Only a search reads rows that it does not show.</summary>
    public static ReadKind KindOf(string? search) => string.IsNullOrWhiteSpace(search) ? ReadKind.List : ReadKind.Search;

    public static readonly QueryParameter[] Parameters =
    [
        .. JobListQuery.ParametersFor(JobsQuery.DefaultLimit),
        new("search", "Only jobs with this text in title, URL or id; upper and lower case are the same."),
        new("from", "Only jobs due at or after this instant, RFC 3339 UTC.", Format: "date-time"),
        new("to", "Only jobs due before this instant, RFC 3339 UTC.", Format: "date-time"),
    ];

    public static Parsed<GridFilter> Read(IQueryCollection query)
    {
        var values = new QueryValues(query).Only(Parameters);
        var status = values.Status();
        var search = values.Text("search", MaxSearch);
        var (from, to) = (values.Instant("from"), values.Instant("to"));
        var (page, limit) = values.Page(JobsQuery.DefaultLimit);
        return values.Failure is { } failure ? failure : new GridFilter(status, values.Id("projectId"), search, from, to, page, limit);
    }

    /// <summary>The same from a circuit, by the same rules.</summary>
    public static Parsed<GridFilter> Read(JobsQuery query) => Read(new QueryCollection(QueryHelpers.ParseQuery(query.ToQueryString())));
}
