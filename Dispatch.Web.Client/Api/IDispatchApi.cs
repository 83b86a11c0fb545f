using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Api;

/// <summary>
/// What the dashboard's pages ask the host for, as the signed-in person. In a circuit it is answered in the process, in WebAssembly by the
/// REST API. A call never throws for what the host answers; cancellation aside, it returns why it failed.
/// </summary>
public interface IDispatchApi
{
    Task<ApiResult<Overview>> OverviewAsync(CancellationToken cancellation = default);

    Task<ApiResult<ProjectCards>> ProjectCardsAsync(CancellationToken cancellation = default);

    Task<ApiResult<ProjectDto>> CreateProjectAsync(string name);

    Task<ApiResult<ProjectCard>> ProjectAsync(Guid projectId, CancellationToken cancellation = default);

    Task<ApiResult<ProjectDto>> RenameProjectAsync(Guid projectId, string name);

    Task<ApiResult<NoData>> DeleteProjectAsync(Guid projectId);

    Task<ApiResult<KeyList>> KeysAsync(Guid projectId, CancellationToken cancellation = default);

    Task<ApiResult<NewKeyDto>> CreateKeyAsync(Guid projectId, string label);

    Task<ApiResult<NoData>> RevokeKeyAsync(Guid projectId, Guid keyId);

    Task<ApiResult<SigningSecretDto>> SigningSecretAsync(Guid projectId, CancellationToken cancellation = default);

    Task<ApiResult<SigningSecretDto>> RotateSigningSecretAsync(Guid projectId);

    Task<ApiResult<JobGrid>> JobsAsync(JobsQuery query, CancellationToken cancellation = default);

    Task<ApiResult<JobView>> JobAsync(Guid jobId, CancellationToken cancellation = default);

    /// <summary>Schedules in the person's name, without a key.</summary>
    /// <param name="body">The JSON text of a <see cref="JobRequest"/>, so that the payload keeps its spelling.</param>
    Task<ApiResult<JobDto>> ScheduleAsync(Guid projectId, string body);

    Task<ApiResult<NoData>> CancelJobAsync(Guid projectId, Guid jobId);

    Task<ApiResult<Inbox>> InboxAsync(Guid projectId, CancellationToken cancellation = default);

    Task<ApiResult<InboxAnswer>> SetInboxAnswerAsync(Guid projectId, InboxAnswer answer);

    Task<ApiResult<NoData>> ClearInboxAsync(Guid projectId);
}
