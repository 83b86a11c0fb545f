using System.Text.Json.Nodes;
using Dispatch.Web.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Dispatch.Web.Api;

/// <summary>Completes each call: credentials, body, query, path and every way it may fail.</summary>
internal static class OpenApiOperations
{
    private const string Json = "application/json";

    public static async Task DescribeAsync(
        OpenApiOperation call, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        call.Security =
        [
            .. Credentials(metadata).Select(
                name => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(name, context.Document)] = [] })
        ];
        call.Parameters = [.. (call.Parameters ?? []).Select(PathId), .. metadata.OfType<QueryParameter>().Select(Describe)];
        if (metadata.OfType<TakesBody>().LastOrDefault() is { } body)
            call.RequestBody = await DescribeAsync(body.Type, context, cancellation);
        foreach (var (status, response) in call.Responses ?? []) Describe(status, (OpenApiResponse)response, metadata.OfType<FailsWith>());
    }

    private static string[] Credentials(IList<object> metadata) => metadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy switch
    {
        Schemes.Bearer => [OpenApiDescription.Bearer],
        Schemes.ApiKey => [OpenApiDescription.ApiKey],
        Schemes.BearerOrApiKey => [OpenApiDescription.Bearer, OpenApiDescription.ApiKey],
        _ => [],
    };

    private static IOpenApiParameter PathId(IOpenApiParameter parameter) => new OpenApiParameter
    {
        Name = parameter.Name,
        In = ParameterLocation.Path,
        Required = true,
        Description = parameter.Name == "keyId" ? "The key's id." : "The resource's id. One that is no UUID is answered as an unknown one.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
    };

    private static OpenApiParameter Describe(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Schema = new OpenApiSchema
        {
            Type = parameter.Minimum is null ? JsonSchemaType.String : JsonSchemaType.Integer,
            Format = parameter.Format,
            Minimum = parameter.Minimum?.ToString(),
            Maximum = parameter.Maximum?.ToString(),
            Default = parameter.Default is { } otherwise ? JsonValue.Create(otherwise) : null,
            Enum = parameter.Names?.Select(name => (JsonNode)JsonValue.Create(name)).ToList(),
        },
    };

    private static async Task<OpenApiRequestBody> DescribeAsync(
        Type body, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(body, null, cancellation);
        context.Document!.AddComponent(body.Name, schema);
        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = new OpenApiSchemaReference(body.Name, context.Document), Example = OpenApiExamples.Of(body) },
            },
        };
    }

    private static void Describe(string status, OpenApiResponse response, IEnumerable<FailsWith> failures)
    {
        if (status == "201") response.Headers = Header("Location", "The address of what was created.");
        if (status is "429" or "503") response.Headers = Header("Retry-After", "Seconds until trying again makes sense.");
        if (status is "401") response.Headers = Header("WWW-Authenticate", "The credential that is asked for.");

        string[] codes =
        [
            .. failures.Where(failure => failure.Status.ToString() == status).SelectMany(failure => failure.Codes).Distinct()
        ];
        if (codes.Length == 0) return;
        response.Description = $"{response.Description}. Error codes: {string.Join(", ", codes.Select(code => $"`{code}`"))}.";
        if (response.Content is { } contents && contents.TryGetValue(Json, out var content))
            content.Examples = codes.ToDictionary(code => code, code => OpenApiExamples.OfError(int.Parse(status), code));
    }

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description) => new()
    {
        [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
    };
}
