using Dispatch.Model;
using Dispatch.Reading;

namespace Dispatch.Web.Api;

/// <summary>The query of <c>GET /jobs</c>.</summary>
internal static class JobListQuery
{
    private const int DefaultLimit = 20;

    public static readonly QueryParameter[] Parameters = ParametersFor(DefaultLimit);

    /// <summary>What every list of jobs can be asked.</summary>
    public static QueryParameter[] ParametersFor(int defaultLimit) =>
    [
        new("status", "Only jobs of this status.", Names: [.. Enum.GetValues<JobStatus>().Select(status => status.ToName())]),
        new("projectId", "Only jobs of this project.", Format: "uuid"),
        new("page", "The page, from 1.", Format: "int32", Minimum: 1, Default: 1),
        new("limit", "Jobs per page.", Format: "int32", Minimum: 1, Maximum: QueryValues.MaxLimit, Default: defaultLimit),
    ];

    public static Parsed<JobListFilter> Read(IQueryCollection query)
    {
        var values = new QueryValues(query).Only(Parameters);
        var status = values.Status();
        var (page, limit) = values.Page(DefaultLimit);
        return values.Failure is { } failure ? failure : new JobListFilter(status, values.Id("projectId"), page, limit);
    }
}
