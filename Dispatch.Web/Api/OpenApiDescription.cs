using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Dispatch.Web.Api;

/// <summary>The document at <c>/openapi/v1.json</c>, generated from the routes and completed with what stands beside them.</summary>
internal static class OpenApiDescription
{
    /// <summary>The names of the two credentials in the document.</summary>
    public const string Bearer = "bearer";
    public const string ApiKey = "apiKey";

    public static IServiceCollection AddDispatchOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.CreateSchemaReferenceId = type =>
            OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Dto", "", StringComparison.Ordinal);
        options.ShouldInclude = call => call.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer(DescribeDocumentAsync);
        options.AddOperationTransformer(OpenApiOperations.DescribeAsync);
        options.AddSchemaTransformer(OpenApiSchemas.DescribeAsync);
    });

    // The generator writes "one of null and NoData", and both are null: a null is one of two then, and no answer fits.
    private static void DescribeNoData(OpenApiComponents components)
    {
        if (components.Schemas?.TryGetValue("EnvelopeOfNoData", out var envelope) != true) return;
        envelope!.Properties!["data"] = new OpenApiSchema { Type = JsonSchemaType.Null, Description = "Always null." };
        components.Schemas.Remove(nameof(NoData));
    }

    // The generator names the request's address, with a slash at its end before which the paths would begin with two.
    private static void DescribeServers(OpenApiDocument document, PublicAddress address)
    {
        foreach (var server in document.Servers ?? []) server.Url = address.Or(server.Url ?? "");
    }

    private static Task DescribeDocumentAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Dispatch",
            Version = "v1",
            Description =
                "Schedules webhooks: give Dispatch a URL, a UTC instant and a JSON object, "
                + "and at that instant it POSTs the object to the URL.\n"
                + "\n"
                + """Every answer is the envelope `{ "status", "message", "data" }`; errors add `error`, """
                + "and `errors` where fields are to blame. Times are\n"
                + "RFC 3339 in UTC with exactly three fractional digits. "
                + "An id that does not exist and an id that belongs to someone else get the same 404.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Bearer] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The `token` that register and login return: a person's session, for all projects of the account.",
            },
            [ApiKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyHandler.Header,
                Description = "A project's key, for the jobs of that project.",
            },
        };
        DescribeNoData(document.Components);
        DescribeServers(document, context.ApplicationServices.GetRequiredService<PublicAddress>());
        return Task.CompletedTask;
    }
}
