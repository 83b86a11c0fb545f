using System.Diagnostics.CodeAnalysis;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Api;

/// <summary>What a call brought: its resource, or why there is none.</summary>
/// <param name="Data">The resource; null on failure, and for calls that return none.</param>
/// <param name="Failure">Null on success.</param>
public sealed record ApiResult<T>(T? Data, ApiFailure? Failure) where T : class
{
    /// <summary>True where the call did what it was asked.</summary>
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Failure is null;

    public static implicit operator ApiResult<T>(ApiFailure failure) => new(null, failure);
}

/// <summary>Why a call failed.</summary>
/// <param name="Status">The HTTP status; 0 where the host could not be reached.</param>
/// <param name="Message">For a person.</param>
/// <param name="Errors">Field errors; empty where no field is to blame.</param>
public sealed record ApiFailure(int Status, string Message, IReadOnlyList<ApiError> Errors)
{
    /// <summary>The session is over: sign in again.</summary>
    public bool IsSignedOut => Status == 401;

    /// <summary>What is wrong with the field, or null.</summary>
    public string? For(string field) => Errors.FirstOrDefault(error => error.Field == field)?.Message;
}
