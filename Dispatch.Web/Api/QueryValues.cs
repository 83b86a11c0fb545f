using System.Globalization;
using Dispatch.Model;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>
/// Reads the query of a list. Bad values are errors, never clamped or ignored, because a list that shows something else misleads.
/// </summary>
internal sealed class QueryValues(IQueryCollection query)
{
    public const int MaxLimit = 100;

    private readonly List<ApiError> errors = [];

    /// <summary>All that is wrong so far; null where nothing is.</summary>
    public Failure? Failure => errors.Count == 0 ? null : Failure.Fields(errors);

    /// <summary>Finds what is no parameter of the call, and what is there twice.</summary>
    public QueryValues Only(QueryParameter[] parameters)
    {
        foreach (var (name, values) in query)
        {
            if (!parameters.Any(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                errors.Add(new ApiError("unknown_parameter", name, $"{name} is not a parameter of this call"));
            else if (values.Count > 1)
                errors.Add(new ApiError("duplicate_parameter", name, $"{name} is there more than once"));
        }

        return this;
    }

    public JobStatus? Status()
    {
        if (Text("status") is not { } name) return null;
        var status = StatusNames.ToJobStatus(name);
        if (status is null)
            errors.Add(new ApiError(
                "status_invalid",
                "status",
                $"status must be one of {string.Join(", ", Enum.GetValues<JobStatus>().Select(known => known.ToName()))}"));
        return status;
    }

    /// <summary>One that is no UUID cannot exist, and is looked for as such.</summary>
    public Guid? Id(string name) => Text(name) is { } id ? RouteId.Parse(id) : null;

    /// <summary>The page's number and its length.</summary>
    public (int Page, int Limit) Page(int defaultLimit) => (Number("page", 1, int.MaxValue), Number("limit", defaultLimit, MaxLimit));

    /// <summary>An instant in milliseconds since the Unix epoch, UTC.</summary>
    public long? Instant(string name)
    {
        if (Text(name) is not { } text) return null;
        var at = FireAt.Parse(text);
        if (at is null) errors.Add(new ApiError($"{name}_invalid", name, $"{name} must be a UTC instant such as 2026-06-13T09:30:00Z"));
        return at;
    }

    public string? Text(string name, int maxLength)
    {
        var text = Text(name);
        if (text?.Length > maxLength)
            errors.Add(new ApiError($"{name}_too_long", name, $"{name} must have at most {maxLength:N0} characters"));
        return text;
    }

    private string? Text(string name) => query.TryGetValue(name, out var values) && values.Count == 1 ? values[0] : null;

    private int Number(string name, int otherwise, int maximum)
    {
        if (Text(name) is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= maximum)
            return number;
        errors.Add(new ApiError(
            $"{name}_invalid",
            name,
            maximum == int.MaxValue ? $"{name} must be a whole number from 1" : $"{name} must be a whole number from 1 to {maximum}"));
        return otherwise;
    }
}
