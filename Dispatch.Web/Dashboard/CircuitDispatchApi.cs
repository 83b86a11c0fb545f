using Dispatch.Data;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Inboxes;
using Dispatch.Writing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dispatch.Web.Dashboard;

/// <summary>
/// The dashboard's calls from a circuit, or from a page that the host renders. They go straight to the services, as the person who is
/// signed in.
/// </summary>
internal sealed class CircuitDispatchApi(
    AuthenticationStateProvider authentication, SessionLook sessions, NavigationManager navigation, DashboardService dashboard,
    InboxService inboxes, ProjectStore projects, ApiKeyStore keys, ProjectSecrets secrets, ReadGate gate)
    : IDispatchApi
{
    public Task<ApiResult<Overview>> OverviewAsync(CancellationToken cancellation = default) =>
        ReadAsync<Overview>(ReadKind.List, async me => await dashboard.OverviewAsync(me, cancellation), cancellation);

    public Task<ApiResult<ProjectCards>> ProjectCardsAsync(CancellationToken cancellation = default) =>
        ReadAsync<ProjectCards>(ReadKind.Small, async me => await dashboard.CardsAsync(me, cancellation), cancellation);

    public Task<ApiResult<ProjectCard>> ProjectAsync(Guid projectId, CancellationToken cancellation = default) =>
        ReadAsync(ReadKind.Small, me => dashboard.CardAsync(me, projectId, cancellation), cancellation);

    public Task<ApiResult<JobGrid>> JobsAsync(JobsQuery query, CancellationToken cancellation = default) => ReadAsync<JobGrid>(
        GridQuery.KindOf(query.Search),
        async me =>
        {
            var (filter, failure) = GridQuery.Read(query);
            return filter is null ? failure! : await dashboard.GridAsync(me, filter, cancellation);
        },
        cancellation);

    public Task<ApiResult<JobView>> JobAsync(Guid jobId, CancellationToken cancellation = default) =>
        ReadAsync(ReadKind.Job, me => dashboard.JobAsync(me, jobId, cancellation), cancellation);

    public Task<ApiResult<ProjectDto>> CreateProjectAsync(string name) => AsAsync<ProjectDto>(async me =>
    {
        var (checkedName, failure) = ProjectsApi.CheckName(name);
        return checkedName is null ? failure! : (await projects.CreateAsync(me, checkedName)).ToDto();
    });

    public Task<ApiResult<ProjectDto>> RenameProjectAsync(Guid projectId, string name) => AsAsync<ProjectDto>(async me =>
    {
        var (checkedName, failure) = ProjectsApi.CheckName(name);
        if (checkedName is null) return failure!;
        return await projects.RenameAsync(me, projectId, checkedName) is { } project ? project.ToDto() : Failure.NotFound("Project");
    });

    public Task<ApiResult<NoData>> DeleteProjectAsync(Guid projectId) => DoAsync(async me =>
        await projects.DeleteAsync(me, projectId) ? null : Failure.NotFound("Project"));

    public Task<ApiResult<KeyList>> KeysAsync(Guid projectId, CancellationToken cancellation = default) => ReadAsync<KeyList>(
        ReadKind.Small,
        async me => await keys.ListAsync(me, projectId, cancellation) is { } list
            ? new KeyList { Keys = [.. list.Select(key => key.ToDto())] }
            : Failure.NotFound("Project"),
        cancellation);

    public Task<ApiResult<NewKeyDto>> CreateKeyAsync(Guid projectId, string label) => AsAsync<NewKeyDto>(async me =>
    {
        var (checkedLabel, failure) = KeysApi.CheckLabel(label);
        if (checkedLabel is null) return failure!;
        return await keys.CreateAsync(me, projectId, checkedLabel) is { } key ? key.ToDto() : Failure.NotFound("Project");
    });

    public Task<ApiResult<NoData>> RevokeKeyAsync(Guid projectId, Guid keyId) => DoAsync(async me =>
        await keys.RevokeAsync(me, projectId, keyId) ? null : Failure.NotFound("API key"));

    public Task<ApiResult<SigningSecretDto>> SigningSecretAsync(Guid projectId, CancellationToken cancellation = default) =>
        ReadAsync<SigningSecretDto>(
            ReadKind.Small,
            async me => await secrets.RevealAsync(me, projectId, cancellation) is { } secret ? secret.ToDto() : Failure.NotFound("Project"),
            cancellation);

    public Task<ApiResult<SigningSecretDto>> RotateSigningSecretAsync(Guid projectId) => AsAsync<SigningSecretDto>(async me =>
        await secrets.RotateAsync(me, projectId) is { } secret ? secret.ToDto() : Failure.NotFound("Project"));

    public Task<ApiResult<JobDto>> ScheduleAsync(Guid projectId, string body) =>
        AsAsync(me => dashboard.ScheduleAsync(me, projectId, body));

    public Task<ApiResult<NoData>> CancelJobAsync(Guid projectId, Guid jobId) =>
        DoAsync(me => dashboard.CancelAsync(me, projectId, jobId));

    public Task<ApiResult<Client.Contracts.Inbox>> InboxAsync(Guid projectId, CancellationToken cancellation = default) =>
        ReadAsync(ReadKind.Inbox, me => inboxes.ReadAsync(me, projectId, navigation.BaseUri, cancellation), cancellation);

    public Task<ApiResult<InboxAnswer>> SetInboxAnswerAsync(Guid projectId, InboxAnswer answer) =>
        AsAsync(me => inboxes.SetAnswerAsync(me, projectId, answer));

    public Task<ApiResult<NoData>> ClearInboxAsync(Guid projectId) => DoAsync(me => inboxes.ClearAsync(me, projectId));

    private async Task<ApiResult<T>> AsAsync<T>(Func<Guid, Task<Parsed<T>>> call) where T : class
    {
        var person = (await authentication.GetAuthenticationStateAsync()).User;
        if (person.AccountId() is not { } me || person.SessionId() is not { } session) return SignedOut;
        try
        {
            // The circuit goes on when its session has ended, in another tab or by a change of password; what it asks for must not.
            if (!await sessions.IsOpenAsync(session, CancellationToken.None)) return SignedOut;
            var (data, failure) = await call(me);
            return failure is null ? new ApiResult<T>(data, null) : Failed(failure);
        }
        catch (Exception exception) when (exception is StoreUnavailableException || DatabaseFaults.IsUnavailable(exception))
        {
            return Failed(Failure.StorageUnavailable);
        }
    }

    /// <summary>As a read by HTTP: in turn with other callers, and away from the threads that accept and fire.</summary>
    private Task<ApiResult<T>> ReadAsync<T>(ReadKind kind, Func<Guid, Task<Parsed<T>>> read, CancellationToken cancellation)
        where T : class => AsAsync<T>(async me =>
        {
            using var turn = await gate.EnterAsync(me, kind, cancellation);
            return turn is null ? Failure.TooManyReads : await turn.RunAsync(() => read(me));
        });

    private Task<ApiResult<NoData>> DoAsync(Func<Guid, Task<Failure?>> call) =>
        AsAsync<NoData>(async me => await call(me) is { } failure ? failure : new NoData());

    private static ApiFailure SignedOut => Failed(Failure.Unauthorized("Sign in again"));

    private static ApiFailure Failed(Failure failure) =>
        new(failure.Status, failure.Message, failure.Errors ?? (failure.Error.Field is null ? [] : [failure.Error]));
}
