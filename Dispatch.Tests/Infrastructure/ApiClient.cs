using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Dispatch.Tests.Infrastructure;

/// <summary>An answer of the API, taken apart.</summary>
internal sealed record ApiAnswer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public JsonElement Data => Json.GetProperty("data");

    public string Message => Json.GetProperty("message").GetString()!;

    public string? Code => Json.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null;

    public string[] Codes => [.. Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()!)];
}

/// <summary>Calls <c>/api/v1</c> and checks of every answer that it is the envelope.</summary>
internal sealed class ApiClient(Uri host)
{
    public const string Password = "correct horse battery";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public string? Token { get; init; }

    public string? Key { get; init; }

    public string? Email { get; init; }

    public ApiClient WithKey(string key) => new(host) { Key = key };

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    public Task<ApiAnswer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<ApiAnswer> DeleteAsync(string path, object? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public Task<ApiAnswer> SendAsync(HttpMethod method, string path, object? body = null) =>
        SendAsync(
            method,
            path,
            body is null ? null : new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"));

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(host, path.StartsWith('/') ? path : $"/api/v1/{path}"))
        {
            Content = content
        };
        if (Token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Token}");
        if (Key is not null) request.Headers.TryAddWithoutValidation("x-api-key", Key);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var answer = new ApiAnswer((int)response.StatusCode, response.Headers, response.Content.Headers, text);
        AssertEnvelope(answer);
        return answer;
    }

    /// <summary>The id of a new project.</summary>
    public async Task<Guid> CreateProjectAsync(string name = "Billing")
    {
        var answer = await PostAsync("projects", new { name });
        Assert.Equal(201, answer.Status);
        return answer.Data.GetProperty("id").GetGuid();
    }

    /// <summary>A new key: its id and its text.</summary>
    public async Task<(Guid Id, string Text)> CreateKeyAsync(Guid projectId, string label = "server")
    {
        var answer = await PostAsync($"projects/{projectId}/keys", new { label });
        Assert.Equal(201, answer.Status);
        return (answer.Data.GetProperty("id").GetGuid(), answer.Data.GetProperty("key").GetString()!);
    }

    private static void AssertEnvelope(ApiAnswer answer)
    {
        Assert.Equal("application/json", answer.ContentHeaders.ContentType?.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(answer.Status < 400, answer.Json.GetProperty("status").GetBoolean());
        Assert.NotEmpty(answer.Message);
        Assert.True(answer.Json.TryGetProperty("data", out var data));
        if (answer.Status >= 400)
        {
            Assert.Equal(JsonValueKind.Null, data.ValueKind);
            Assert.NotNull(answer.Code);
        }
        else
        {
            Assert.False(answer.Json.TryGetProperty("error", out _));
            Assert.False(answer.Json.TryGetProperty("errors", out _));
        }
    }
}
