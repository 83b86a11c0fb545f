using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Tests.Browser.Fakes;

/// <summary>Answers what the test says; what it says nothing of is 404.</summary>
internal sealed class FakeDispatchApi : IDispatchApi
{
    public Func<ApiResult<Overview>> OnOverview { get; set; } = Missing<Overview>;

    public Func<ApiResult<ProjectCards>> OnProjectCards { get; set; } = Missing<ProjectCards>;

    public Func<string, ApiResult<ProjectDto>> OnCreateProject { get; set; } = _ => Missing<ProjectDto>();

    public Func<Guid, ApiResult<ProjectCard>> OnProject { get; set; } = _ => Missing<ProjectCard>();

    public Func<Guid, string, ApiResult<ProjectDto>> OnRenameProject { get; set; } = (_, _) => Missing<ProjectDto>();

    public Func<Guid, ApiResult<NoData>> OnDeleteProject { get; set; } = _ => Missing<NoData>();

    public Func<Guid, ApiResult<KeyList>> OnKeys { get; set; } = _ => Missing<KeyList>();

    public Func<Guid, string, ApiResult<NewKeyDto>> OnCreateKey { get; set; } = (_, _) => Missing<NewKeyDto>();

    public Func<Guid, Guid, ApiResult<NoData>> OnRevokeKey { get; set; } = (_, _) => Missing<NoData>();

    public Func<Guid, ApiResult<SigningSecretDto>> OnSigningSecret { get; set; } = _ => Missing<SigningSecretDto>();

    public Func<Guid, ApiResult<SigningSecretDto>> OnRotateSigningSecret { get; set; } = _ => Missing<SigningSecretDto>();

    public Func<JobsQuery, ApiResult<JobGrid>> OnJobs { get; set; } = _ => Missing<JobGrid>();

    /// <summary>What was read for a grid is answered when this has ended.</summary>
    public Task JobsTake { get; set; } = Task.CompletedTask;

    /// <summary>As <see cref="JobsTake"/>, for an overview.</summary>
    public Task OverviewTakes { get; set; } = Task.CompletedTask;

    /// <summary>As <see cref="JobsTake"/>, for a job.</summary>
    public Task JobTakes { get; set; } = Task.CompletedTask;

    public Func<Guid, ApiResult<JobView>> OnJob { get; set; } = _ => Missing<JobView>();

    public Func<Guid, string, ApiResult<JobDto>> OnSchedule { get; set; } = (_, _) => Missing<JobDto>();

    public Func<Guid, Guid, ApiResult<NoData>> OnCancelJob { get; set; } = (_, _) => Missing<NoData>();

    public Func<Guid, ApiResult<Inbox>> OnInbox { get; set; } = _ => Missing<Inbox>();

    public Func<Guid, InboxAnswer, ApiResult<InboxAnswer>> OnSetInboxAnswer { get; set; } = (_, _) => Missing<InboxAnswer>();

    public Func<Guid, ApiResult<NoData>> OnClearInbox { get; set; } = _ => Missing<NoData>();

    public static ApiResult<T> Found<T>(T data) where T : class => new(data, null);

    public static ApiResult<T> Missing<T>() where T : class => new ApiFailure(404, "Not found", []);

    public Task<ApiResult<Overview>> OverviewAsync(CancellationToken cancellation = default) => AfterAsync(OverviewTakes, OnOverview());

    public Task<ApiResult<ProjectCards>> ProjectCardsAsync(CancellationToken cancellation = default) => Task.FromResult(OnProjectCards());

    public Task<ApiResult<ProjectDto>> CreateProjectAsync(string name) => Task.FromResult(OnCreateProject(name));

    public Task<ApiResult<ProjectCard>> ProjectAsync(Guid projectId, CancellationToken cancellation = default) =>
        Task.FromResult(OnProject(projectId));

    public Task<ApiResult<ProjectDto>> RenameProjectAsync(Guid projectId, string name) => Task.FromResult(OnRenameProject(projectId, name));

    public Task<ApiResult<NoData>> DeleteProjectAsync(Guid projectId) => Task.FromResult(OnDeleteProject(projectId));

    public Task<ApiResult<KeyList>> KeysAsync(Guid projectId, CancellationToken cancellation = default) =>
        Task.FromResult(OnKeys(projectId));

    public Task<ApiResult<NewKeyDto>> CreateKeyAsync(Guid projectId, string label) => Task.FromResult(OnCreateKey(projectId, label));

    public Task<ApiResult<NoData>> RevokeKeyAsync(Guid projectId, Guid keyId) => Task.FromResult(OnRevokeKey(projectId, keyId));

    public Task<ApiResult<SigningSecretDto>> SigningSecretAsync(Guid projectId, CancellationToken cancellation = default) =>
        Task.FromResult(OnSigningSecret(projectId));

    public Task<ApiResult<SigningSecretDto>> RotateSigningSecretAsync(Guid projectId) => Task.FromResult(OnRotateSigningSecret(projectId));

    public async Task<ApiResult<JobGrid>> JobsAsync(JobsQuery query, CancellationToken cancellation = default)
    {
        var result = OnJobs(query);
        await JobsTake.WaitAsync(cancellation);
        return result;
    }

    public Task<ApiResult<JobView>> JobAsync(Guid jobId, CancellationToken cancellation = default) => AfterAsync(JobTakes, OnJob(jobId));

    public Task<ApiResult<JobDto>> ScheduleAsync(Guid projectId, string body) => Task.FromResult(OnSchedule(projectId, body));

    public Task<ApiResult<NoData>> CancelJobAsync(Guid projectId, Guid jobId) => Task.FromResult(OnCancelJob(projectId, jobId));

    public Task<ApiResult<Inbox>> InboxAsync(Guid projectId, CancellationToken cancellation = default) =>
        Task.FromResult(OnInbox(projectId));

    public Task<ApiResult<InboxAnswer>> SetInboxAnswerAsync(Guid projectId, InboxAnswer answer) =>
        Task.FromResult(OnSetInboxAnswer(projectId, answer));

    public Task<ApiResult<NoData>> ClearInboxAsync(Guid projectId) => Task.FromResult(OnClearInbox(projectId));

    private static async Task<T> AfterAsync<T>(Task task, T result)
    {
        await task;
        return result;
    }
}
