using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>The body a call takes. Read by hand, so the framework cannot know.</summary>
internal sealed record TakesBody(Type Type);

/// <summary>The error codes a call may answer with a status.</summary>
internal sealed record FailsWith(int Status, string[] Codes);

/// <summary>A query parameter that a call reads by hand.</summary>
/// <param name="Names">The values allowed; null: any of its type.</param>
internal sealed record QueryParameter(
    string Name, string Description, string? Format = null, int? Minimum = null, int? Maximum = null, int? Default = null,
    string[]? Names = null);

/// <summary>
/// Tells the OpenAPI document about a call beyond what the framework sees. The route table has it beside the route.
/// </summary>
internal static class EndpointMetadata
{
    public static TBuilder Takes<TBuilder>(this TBuilder call, Type body) where TBuilder : IEndpointConventionBuilder => call
        .WithMetadata(new TakesBody(body))
        .Fails(
            400, "bad_request", "malformed_json", "body_not_object", "invalid_utf8", "lone_surrogate", "unknown_field", "duplicate_field")
        .Fails(413, "body_too_large")
        .Fails(415, "unsupported_media_type");

    public static TBuilder Fails<TBuilder>(this TBuilder call, int status, params string[] codes)
        where TBuilder : IEndpointConventionBuilder =>
        call.WithMetadata(
            new FailsWith(status, codes),
            new ProducesResponseTypeMetadata(status, typeof(Envelope<NoData>), ["application/json"]));

    public static TBuilder Query<TBuilder>(this TBuilder call, params QueryParameter[] parameters)
        where TBuilder : IEndpointConventionBuilder =>
        call.WithMetadata([.. parameters]);

    /// <summary>Lets in who has the credential of that scheme, and documents the refusal.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder call, string scheme) where TBuilder : IEndpointConventionBuilder => call
        .RequireAuthorization(scheme)
        .Fails(401, "unauthorized");
}
