using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Dispatch.Web.Client.Contracts;

/// <summary>What every call answers, success or error.</summary>
/// <param name="Status">True when the call did what it was asked.</param>
/// <param name="Message">Why, for a person.</param>
/// <param name="Data">The resource, or null.</param>
/// <param name="Error">The error, or the first of several; absent on success.</param>
/// <param name="Errors">All field errors at once; absent where no field is to blame.</param>
public sealed record Envelope<T>(
    [property: Description("True when the call did what it was asked.")] bool Status,
    [property: Description("Why, for a person.")] string Message,
    [property: Description("The resource, or null.")] T? Data,
    [property: Description("The error, or the first of several; absent on success."),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ApiError? Error = null,
    [property: Description("All field errors at once; absent where no field is to blame."),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<ApiError>? Errors = null)
    where T : class;

/// <summary>What is wrong, for a program.</summary>
/// <param name="Code">A stable name in snake_case, such as <c>fire_at_in_past</c>.</param>
/// <param name="Field">The field or parameter to blame; absent where none is.</param>
/// <param name="Message">What is wrong with it, for a person.</param>
public sealed record ApiError(
    [property: Description("A stable name in snake_case, such as `fire_at_in_past`.")] string Code,
    [property: Description("The field or parameter to blame; absent where none is."),
        JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Field = null,
    [property: Description("What is wrong with it, for a person."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Message = null);

/// <summary>Stands where a call has no resource to return: its <c>data</c> is always null.</summary>
public sealed record NoData;
