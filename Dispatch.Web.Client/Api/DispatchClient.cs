using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Api;

/// <summary>
/// The dashboard's calls over HTTP, from WebAssembly. It sends the session's cookie, and the header without which the cookie opens nothing.
/// </summary>
public sealed class DispatchClient(HttpClient http) : IDispatchApi
{
    /// <summary>Sent with every call. No other site can make a browser send it, so the cookie alone is worth nothing to them.</summary>
    public const string Header = "x-dispatch-dashboard";

    private static readonly DispatchJson Json = DispatchJson.Plain;

    public Task<ApiResult<Overview>> OverviewAsync(CancellationToken cancellation = default) =>
        GetAsync("dashboard/overview", Json.EnvelopeOverview, cancellation);

    public Task<ApiResult<ProjectCards>> ProjectCardsAsync(CancellationToken cancellation = default) =>
        GetAsync("dashboard/projects", Json.EnvelopeProjectCards, cancellation);

    public Task<ApiResult<ProjectDto>> CreateProjectAsync(string name) =>
        SendAsync(
            HttpMethod.Post, "projects",
            JsonContent.Create(new ProjectRequest { Name = name }, Json.ProjectRequest), Json.EnvelopeProjectDto);

    public Task<ApiResult<ProjectCard>> ProjectAsync(Guid projectId, CancellationToken cancellation = default) =>
        GetAsync($"dashboard/projects/{projectId}", Json.EnvelopeProjectCard, cancellation);

    public Task<ApiResult<ProjectDto>> RenameProjectAsync(Guid projectId, string name) =>
        SendAsync(
            HttpMethod.Patch, $"projects/{projectId}",
            JsonContent.Create(new ProjectRequest { Name = name }, Json.ProjectRequest), Json.EnvelopeProjectDto);

    public Task<ApiResult<NoData>> DeleteProjectAsync(Guid projectId) =>
        SendAsync(HttpMethod.Delete, $"projects/{projectId}", null, Json.EnvelopeNoData);

    public Task<ApiResult<KeyList>> KeysAsync(Guid projectId, CancellationToken cancellation = default) =>
        GetAsync($"projects/{projectId}/keys", Json.EnvelopeKeyList, cancellation);

    public Task<ApiResult<NewKeyDto>> CreateKeyAsync(Guid projectId, string label) =>
        SendAsync(
            HttpMethod.Post, $"projects/{projectId}/keys",
            JsonContent.Create(new KeyRequest { Label = label }, Json.KeyRequest), Json.EnvelopeNewKeyDto);

    public Task<ApiResult<NoData>> RevokeKeyAsync(Guid projectId, Guid keyId) =>
        SendAsync(HttpMethod.Delete, $"projects/{projectId}/keys/{keyId}", null, Json.EnvelopeNoData);

    public Task<ApiResult<SigningSecretDto>> SigningSecretAsync(Guid projectId, CancellationToken cancellation = default) =>
        GetAsync($"projects/{projectId}/signing-secret", Json.EnvelopeSigningSecretDto, cancellation);

    public Task<ApiResult<SigningSecretDto>> RotateSigningSecretAsync(Guid projectId) =>
        SendAsync(HttpMethod.Post, $"projects/{projectId}/signing-secret/rotate", null, Json.EnvelopeSigningSecretDto);

    public Task<ApiResult<JobGrid>> JobsAsync(JobsQuery query, CancellationToken cancellation = default) =>
        GetAsync($"dashboard/jobs{query.ToQueryString()}", Json.EnvelopeJobGrid, cancellation);

    public Task<ApiResult<JobView>> JobAsync(Guid jobId, CancellationToken cancellation = default) =>
        GetAsync($"dashboard/jobs/{jobId}", Json.EnvelopeJobView, cancellation);

    public Task<ApiResult<JobDto>> ScheduleAsync(Guid projectId, string body) =>
        SendAsync(
            HttpMethod.Post, $"projects/{projectId}/jobs",
            new StringContent(body, Encoding.UTF8, "application/json"), Json.EnvelopeJobDto);

    public Task<ApiResult<NoData>> CancelJobAsync(Guid projectId, Guid jobId) =>
        SendAsync(HttpMethod.Delete, $"projects/{projectId}/jobs/{jobId}", null, Json.EnvelopeNoData);

    public Task<ApiResult<Inbox>> InboxAsync(Guid projectId, CancellationToken cancellation = default) =>
        GetAsync($"projects/{projectId}/inbox", Json.EnvelopeInbox, cancellation);

    public Task<ApiResult<InboxAnswer>> SetInboxAnswerAsync(Guid projectId, InboxAnswer answer) =>
        SendAsync(
            HttpMethod.Put, $"projects/{projectId}/inbox/answer",
            JsonContent.Create(answer, Json.InboxAnswer), Json.EnvelopeInboxAnswer);

    public Task<ApiResult<NoData>> ClearInboxAsync(Guid projectId) =>
        SendAsync(HttpMethod.Delete, $"projects/{projectId}/inbox/requests", null, Json.EnvelopeNoData);

    private Task<ApiResult<T>> GetAsync<T>(string path, JsonTypeInfo<Envelope<T>> type, CancellationToken cancellation) where T : class =>
        SendAsync(HttpMethod.Get, path, null, type, cancellation);

    private async Task<ApiResult<T>> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<Envelope<T>> type, CancellationToken cancellation = default)
        where T : class
    {
        try
        {
            using var request = new HttpRequestMessage(method, $"api/v1/{path}") { Content = content };
            request.Headers.Add(Header, "1");
            using var response = await http.SendAsync(request, cancellation);
            var envelope = (await response.Content.ReadFromJsonAsync(type, cancellation))!;
            if (envelope.Status) return new ApiResult<T>(envelope.Data, null);
            return new ApiFailure(
                (int)response.StatusCode, envelope.Message,
                envelope.Errors ?? (envelope.Error is { Field: not null } error ? [error] : []));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            return new ApiFailure(0, "The host does not answer; check the connection and try again.", []);
        }
    }
}
