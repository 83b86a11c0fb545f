using System.Text.Json;
using Dispatch.Tests.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Api;

public sealed class OpenApiTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    [Fact]
    public async Task The_document_lists_every_route_of_the_api_and_no_other()
    {
        var mapped = Routes().SelectMany(route => Methods(route).Select(method => $"{method} /{route.RoutePattern.RawText!.Trim('/')}"));
        var documented = Calls(await DocumentAsync()).Select(call => $"{call.Method} {call.Path}");
        Assert.Equal(mapped.Order(), documented.Order());
        Assert.NotEmpty(mapped);
    }

    [Fact]
    public async Task Every_documented_answer_has_a_schema_that_exists()
    {
        var document = await DocumentAsync();
        foreach (var call in Calls(document))
        {
            foreach (var response in call.Operation.GetProperty("responses").EnumerateObject())
            {
                var schema = response.Value.GetProperty("content").GetProperty("application/json")
                    .GetProperty("schema").GetProperty("$ref").GetString()!;
                Assert.True(
                    document.GetProperty("components").GetProperty("schemas").TryGetProperty(schema.Split('/')[^1], out var found),
                    $"{call.Path} {response.Name} {schema}");
                Assert.True(found.GetProperty("properties").TryGetProperty("status", out _));
            }
        }
    }

    [Fact]
    public async Task The_data_of_an_error_is_null_and_nothing_else()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        var data = schemas.GetProperty("EnvelopeOfNoData").GetProperty("properties").GetProperty("data");
        Assert.Equal("null", data.GetProperty("type").GetString());   // "oneOf: null or NoData" would fit no answer: null is both
        Assert.False(schemas.TryGetProperty("NoData", out _));
    }

    [Fact]
    public async Task Every_call_has_an_id_a_summary_its_errors_and_a_body_where_it_takes_one()
    {
        var ids = new HashSet<string>();
        foreach (var (method, path, operation) in Calls(await DocumentAsync()))
        {
            Assert.True(ids.Add(operation.GetProperty("operationId").GetString()!), path);
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            var responses = operation.GetProperty("responses");
            Assert.All(["500", "503"], status => Assert.True(responses.TryGetProperty(status, out _), $"{method} {path} {status}"));
            Assert.Equal(operation.TryGetProperty("requestBody", out _), responses.TryGetProperty("415", out _));
            // The two look for a project that their query names.
            Assert.Equal(
                path.Contains('{', StringComparison.Ordinal),
                responses.TryGetProperty("404", out _) && path is not ("/api/v1/jobs" or "/api/v1/dashboard/jobs"));
        }
    }

    [Fact]
    public async Task Every_call_names_the_credentials_it_takes()
    {
        var calls = Calls(await DocumentAsync()).ToDictionary(call => $"{call.Method} {call.Path}", call => call.Operation);
        foreach (var route in Routes())
        {
            foreach (var method in Methods(route))
            {
                var operation = calls[$"{method} /{route.RoutePattern.RawText!.Trim('/')}"];
                var named = operation.TryGetProperty("security", out var security)
                    ? security.EnumerateArray().SelectMany(one => one.EnumerateObject().Select(p => p.Name)).ToArray()
                    : [];
                string[] expected = route.Metadata.GetMetadata<IAuthorizeData>()?.Policy switch
                {
                    null => [],
                    "Bearer" => ["bearer"],
                    "ApiKey" => ["apiKey"],
                    _ => ["bearer", "apiKey"],
                };
                Assert.Equal(expected, named);
            }
        }
    }

    [Fact]
    public async Task The_payload_is_an_object_and_the_query_has_its_ranges()
    {
        var document = await DocumentAsync();
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Contains(
            "object",
            schemas.GetProperty("Job").GetProperty("properties").GetProperty("payload").ToString(),
            StringComparison.Ordinal);
        var request = schemas.GetProperty("JobRequest");
        Assert.False(request.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(["title", "webhookUrl", "fireAt"], request.GetProperty("required").EnumerateArray().Select(name => name.GetString()));

        var list = Calls(document).Single(call => call is { Method: "GET", Path: "/api/v1/jobs" }).Operation.GetProperty("parameters");
        var limit = list.EnumerateArray().Single(p => p.GetProperty("name").GetString() == "limit").GetProperty("schema");
        Assert.Equal(
            (1, 100, 20),
            (limit.GetProperty("minimum").GetInt32(), limit.GetProperty("maximum").GetInt32(), limit.GetProperty("default").GetInt32()));
        var status = list.EnumerateArray().Single(p => p.GetProperty("name").GetString() == "status").GetProperty("schema");
        Assert.Equal(6, status.GetProperty("enum").GetArrayLength());
    }

    private static IEnumerable<(string Method, string Path, JsonElement Operation)> Calls(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from call in path.Value.EnumerateObject()
        select (call.Name.ToUpperInvariant(), path.Name, call.Value);

    private static IEnumerable<string> Methods(RouteEndpoint route) => route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods;

    private IEnumerable<RouteEndpoint> Routes() => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => route.RoutePattern.RawText?.TrimStart('/').StartsWith("api/", StringComparison.Ordinal) == true)
        .Where(route => route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null);

    private async Task<JsonElement> DocumentAsync()
    {
        using var http = new HttpClient();
        return JsonDocument
            .Parse(await http.GetStringAsync(new Uri(host.Address, "/openapi/v1.json"), TestContext.Current.CancellationToken))
            .RootElement;
    }
}
