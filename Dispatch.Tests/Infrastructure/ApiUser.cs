using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dispatch.Time;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A user of the REST API with an account, a project and a key of its own. Talks HTTP and nothing else.</summary>
public sealed class ApiUser : IDisposable
{
    private static int nextAccount;

    private readonly HttpClient http;

    private ApiUser(string hostUrl) =>
        http = new HttpClient(new SocketsHttpHandler { UseCookies = false, MaxConnectionsPerServer = 64 })
        {
            BaseAddress = new Uri(hostUrl)
        };

    public string Email { get; private init; } = $"user{Interlocked.Increment(ref nextAccount)}-{Guid.NewGuid():N}@example.com";

    public string Password { get; } = "correct horse battery";

    public string Token { get; private set; } = "";

    public string ProjectId { get; private set; } = "";

    public string Key { get; set; } = "";

    public string KeyId { get; private set; } = "";

    /// <summary>Registers, makes a project and a key.</summary>
    public static async Task<ApiUser> SignUpAsync(string hostUrl, string projectName = "test", bool withProject = true)
    {
        var user = new ApiUser(hostUrl);
        user.Token = (await user.DataAsync(HttpMethod.Post, "auth/register", new { email = user.Email, password = user.Password }))
            .GetProperty("token").GetString()!;
        if (!withProject) return user;
        user.ProjectId = (await user.DataAsync(HttpMethod.Post, "projects", new { name = projectName })).GetProperty("id").GetString()!;
        var key = await user.DataAsync(HttpMethod.Post, $"projects/{user.ProjectId}/keys", new { label = "test" });
        (user.Key, user.KeyId) = (key.GetProperty("key").GetString()!, key.GetProperty("id").GetString()!);
        return user;
    }

    /// <summary>The same user at another address, as after a restart on a new port.</summary>
    public ApiUser At(string hostUrl) => new(hostUrl) { Email = Email, Token = Token, ProjectId = ProjectId, Key = Key, KeyId = KeyId };

    /// <summary>The same account with another of its projects.</summary>
    public ApiUser At(string hostUrl, string projectId, string key) =>
        new(hostUrl) { Email = Email, Token = Token, ProjectId = projectId, Key = key };

    /// <summary>A call with the bearer token.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        if (Token.Length > 0) request.Headers.Authorization = new("Bearer", Token);
        if (body is not null) request.Content = JsonContent.Create(body);
        return http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A call with the API key.</summary>
    public Task<HttpResponseMessage> SendWithKeyAsync(HttpMethod method, string path, string? json = null)
    {
        var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        request.Headers.Add("x-api-key", Key);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The data of a call that must succeed.</summary>
    public async Task<JsonElement> DataAsync(HttpMethod method, string path, object? body = null)
    {
        using var response = await SendAsync(method, path, body);
        var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {envelope}");
        return envelope.GetProperty("data");
    }

    public Task<HttpResponseMessage> PostJobAsync(string url, DateTimeOffset fireAt, string payload = "{}", string title = "a job") =>
        SendWithKeyAsync(
            HttpMethod.Post,
            "jobs",
            $$"""{"title":{{JsonSerializer.Serialize(title)}}"""
            + $$""","webhookUrl":"{{url}}","fireAt":"{{Clock.ToRfc3339(fireAt.ToUnixTimeMilliseconds())}}","payload":{{payload}}}""");

    /// <summary>Schedules a job that must be accepted; returns its id.</summary>
    public async Task<Guid> ScheduleAsync(string url, DateTimeOffset fireAt, string payload = "{}", string title = "a job")
    {
        using var response = await PostJobAsync(url, fireAt, payload, title);
        var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.Created, envelope.ToString());
        return envelope.GetProperty("data").GetProperty("id").GetGuid();
    }

    /// <summary>
    /// Schedules a job that is due so many milliseconds from now. If the call takes longer than that, as it may on a busy machine, the host
    /// rightly refuses it as past, and this asks for twice the time.
    /// </summary>
    public async Task<Guid> ScheduleSoonAsync(string url, int ms, string payload = "{}", string title = "a job")
    {
        for (var ahead = ms; ; ahead *= 2)
        {
            using var response = await PostJobAsync(url, DateTimeOffset.UtcNow.AddMilliseconds(ahead), payload, title);
            var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            if (response.StatusCode == HttpStatusCode.Created) return envelope.GetProperty("data").GetProperty("id").GetGuid();

            var isPast = envelope.TryGetProperty("error", out var error) && error.GetProperty("code").GetString() == "fire_at_in_past";
            Assert.True(isPast && ahead < 30_000, envelope.ToString());
        }
    }

    /// <summary>Status and message of a cancellation.</summary>
    public async Task<(HttpStatusCode Status, string Message)> CancelAsync(Guid jobId)
    {
        using var response = await SendWithKeyAsync(HttpMethod.Delete, $"jobs/{jobId}");
        var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return (response.StatusCode, envelope.GetProperty("message").GetString()!);
    }

    public Task<JsonElement> JobAsync(Guid jobId) => DataAsync(HttpMethod.Get, $"jobs/{jobId}");

    /// <summary>
    /// The job once it has that status, which must be one that lasts:
    /// FAILED ends 3 s before the retry is due (an alarm's lead), and <see cref="JobAttemptedAsync"/> is for those.
    /// </summary>
    public Task<JsonElement> JobWhenAsync(Guid jobId, string status, TimeSpan? limit = null) =>
        JobOnceAsync(jobId, job => job.GetProperty("status").GetString() == status, $"became {status}", limit);

    /// <summary>The job once an attempt of it has been recorded, which stays so.</summary>
    public Task<JsonElement> JobAttemptedAsync(Guid jobId) =>
        JobOnceAsync(jobId, job => job.GetProperty("logs").GetArrayLength() > 0, "was attempted");

    /// <summary>When an attempt of the log was due, to the millisecond. Unlike the job's <c>nextAttemptAt</c> it stays.</summary>
    public static DateTimeOffset DueOf(JsonElement job, int attempt)
    {
        var log = job.GetProperty("logs").EnumerateArray().Single(log => log.GetProperty("attempt").GetInt32() == attempt);
        return log.GetProperty("firedAt").GetDateTimeOffset().AddMilliseconds(-log.GetProperty("latenessMs").GetInt64());
    }

    // The API has no push, so this asks.
    private async Task<JsonElement> JobOnceAsync(Guid jobId, Func<JsonElement, bool> holds, string what, TimeSpan? limit = null)
    {
        var until = DateTime.UtcNow + (limit ?? TimeSpan.FromSeconds(30));
        while (true)
        {
            var job = await JobAsync(jobId);
            if (holds(job)) return job;
            Assert.True(DateTime.UtcNow < until, $"The job never {what}: {job}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => http.Dispose();
}
