using System.Globalization;
using Dispatch.Jobs;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>Reads the query of <c>GET /jobs</c>. Bad values are errors, never clamped or ignored: a list that shows something else misleads.</summary>
internal static class JobListQuery
{
    public const int MaxLimit = 100;
    public const int DefaultLimit = 20;

    public static readonly QueryParameter[] Parameters =
    [
        new("status", "Only jobs of this status.", Names: [.. Enum.GetValues<JobStatus>().Select(status => status.ToName())]),
        new("projectId", "Only jobs of this project.", Format: "uuid"),
        new("page", "The page, from 1.", Format: "int32", Minimum: 1, Default: 1),
        new("limit", "Jobs per page.", Format: "int32", Minimum: 1, Maximum: MaxLimit, Default: DefaultLimit),
    ];

    public static Parsed<JobFilter> Read(IQueryCollection query)
    {
        List<ApiError> errors = [];
        foreach (var (name, values) in query)
        {
            if (!Parameters.Any(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) errors.Add(new ApiError("unknown_parameter", name, $"{name} is not a parameter of this call"));
            else if (values.Count > 1) errors.Add(new ApiError("duplicate_parameter", name, $"{name} is there more than once"));
        }

        var status = ReadStatus(query, errors);
        var page = ReadNumber(query, "page", 1, int.MaxValue, errors);
        var limit = ReadNumber(query, "limit", DefaultLimit, MaxLimit, errors);
        if (errors.Count > 0) return Failure.Fields(errors);

        Guid? projectId = Text(query, "projectId") is { } id ? RouteId.Parse(id) : null;
        return new JobFilter(status, projectId, page, limit);
    }

    private static JobStatus? ReadStatus(IQueryCollection query, List<ApiError> errors)
    {
        if (Text(query, "status") is not { } name) return null;
        var status = StatusNames.ToJobStatus(name);
        if (status is null) errors.Add(new ApiError("status_invalid", "status", $"status must be one of {string.Join(", ", Parameters[0].Names!)}"));
        return status;
    }

    private static int ReadNumber(IQueryCollection query, string name, int otherwise, int maximum, List<ApiError> errors)
    {
        if (Text(query, name) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= maximum) return number;
        errors.Add(new ApiError($"{name}_invalid", name, maximum == int.MaxValue ? $"{name} must be a whole number from 1" : $"{name} must be a whole number from 1 to {maximum}"));
        return otherwise;
    }

    private static string? Text(IQueryCollection query, string name) => query.TryGetValue(name, out var values) ? values.Count == 1 ? values[0] : null : null;
}
