using System.Net;
using System.Text;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Inboxes;

/// <summary>A user with a project, who looks into its inbox; and strangers who send to it.</summary>
internal sealed class InboxUser(ApiUser user, string inboxUrl) : IDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    public ApiUser Api => user;

    public string Url => inboxUrl;

    public static async Task<InboxUser> SignUpAsync(string hostUrl)
    {
        var user = await ApiUser.SignUpAsync(hostUrl);
        return new InboxUser(
            user, (await user.DataAsync(HttpMethod.Get, $"projects/{user.ProjectId}/inbox")).GetProperty("url").GetString()!);
    }

    /// <summary>A further project of the same account, with a key and an inbox of its own.</summary>
    public async Task<InboxUser> AddProjectAsync(string hostUrl)
    {
        var id = (await user.DataAsync(HttpMethod.Post, "projects", new { name = "another" })).GetProperty("id").GetString()!;
        var key = (await user.DataAsync(HttpMethod.Post, $"projects/{id}/keys", new { label = "test" })).GetProperty("key").GetString()!;
        var url = (await user.DataAsync(HttpMethod.Get, $"projects/{id}/inbox")).GetProperty("url").GetString()!;
        return new InboxUser(user.At(hostUrl, id, key), url);
    }

    public Task<JsonElement> InboxAsync() => user.DataAsync(HttpMethod.Get, $"projects/{user.ProjectId}/inbox");

    public async Task<JsonElement[]> RequestsAsync() => [.. (await InboxAsync()).GetProperty("requests").EnumerateArray()];

    public Task AnswerWithAsync(int status, int delayMs = 0) =>
        user.DataAsync(HttpMethod.Put, $"projects/{user.ProjectId}/inbox/answer", new { status, delayMs });

    public Task<JsonElement> SecretAsync() => user.DataAsync(HttpMethod.Get, $"projects/{user.ProjectId}/signing-secret");

    /// <summary>Schedules a job to that URL, due at once.</summary>
    public Task<Guid> ScheduleAsync(string url, string payload = "{}") =>
        user.ScheduleSoonAsync(url, 400, payload);

    /// <summary>What anyone can do who knows the address.</summary>
    public async Task<(HttpResponseMessage Response, string Body)> SendAsync(
        HttpMethod method, byte[]? body = null, string? url = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, url ?? inboxUrl) { Content = body is null ? null : new ByteArrayContent(body) };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<HttpStatusCode> PostAsync(string body, params (string Name, string Value)[] headers) =>
        (await SendAsync(HttpMethod.Post, Encoding.UTF8.GetBytes(body), null, headers)).Response.StatusCode;

    public void Dispose() => user.Dispose();
}
