using System.Globalization;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>
/// An error as a value: its status, a message for a person, an error for a program. As an endpoint's result it becomes the envelope.
/// </summary>
/// <param name="Errors">All field errors at once; null where no field is to blame.</param>
/// <param name="RetryAfter">When trying again makes sense.</param>
internal sealed record Failure(
    int Status, string Message, ApiError Error, IReadOnlyList<ApiError>? Errors = null, TimeSpan? RetryAfter = null) : IResult
{
    public static Failure NotFound(string what) => new(404, $"{what} not found", new ApiError("not_found"));

    public static Failure BadRequest(string code, string message, string? field = null) => new(400, message, new ApiError(code, field));

    /// <summary>Every wrong field at once; the message names each.</summary>
    public static Failure Fields(IReadOnlyList<ApiError> errors) =>
        new(400, string.Join("; ", errors.Select(error => error.Message)), errors[0], errors);

    public static Failure TooLarge(string code, string message, string? field = null) => new(413, message, new ApiError(code, field));

    public static Failure UnsupportedMediaType(string message) => new(415, message, new ApiError("unsupported_media_type"));

    public static Failure Unauthorized(string message) => new(401, message, new ApiError("unauthorized"));

    public static Failure StorageUnavailable { get; } = new(
        503,
        "The storage does not answer at the moment; try again",
        new ApiError("storage_unavailable"),
        RetryAfter: TimeSpan.FromSeconds(1));

    public static Failure TooManyReads { get; } = new(
        503,
        "Too many reads wait at the moment; try again",
        new ApiError("too_many_reads"),
        RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>What a bare status of the framework means.</summary>
    public static Failure OfStatus(int status) => status switch
    {
        400 => BadRequest("bad_request", "The request could not be read"),
        401 => Unauthorized("A valid credential is required"),
        403 => new(403, "This is not allowed", new ApiError("forbidden")),
        404 => new(404, "There is nothing at this address", new ApiError("not_found")),
        405 => new(405, "This address does not take that method", new ApiError("method_not_allowed")),
        408 => new(408, "The request took too long to arrive", new ApiError("request_timeout")),
        413 => TooLarge("body_too_large", "The body is too large"),
        415 => UnsupportedMediaType("The body must be application/json"),
        429 => new(429, "Too many requests, try again later", new ApiError("too_many_requests"), RetryAfter: TimeSpan.FromSeconds(60)),
        503 => StorageUnavailable,
        >= 500 => new(status, "Something went wrong on our side", new ApiError("internal_error")),
        _ => new(status, "The request was refused", new ApiError("refused")),
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        SetHead(httpContext.Response);
        return httpContext.Response.WriteAsJsonAsync(
            new Envelope<NoData>(false, Message, null, Error, Errors), DispatchJson.Plain.EnvelopeNoData);
    }

    /// <summary>Status and headers alone, for a page that shows the message in its own way.</summary>
    public void SetHead(HttpResponse response)
    {
        response.StatusCode = Status;
        // RFC 9110, section 15.5.2: no 401 without it.
        if (Status == 401 && response.Headers.WWWAuthenticate.Count == 0) response.Headers.WWWAuthenticate = BearerHandler.Challenge;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
