using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Time;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>From rows to what the API shows.</summary>
internal static class ContractMapping
{
    public static JobDto ToDto(this Job job) => new()
    {
        Id = job.Id,
        ProjectId = job.ProjectId,
        Title = job.Title,
        WebhookUrl = job.WebhookUrl,
        Payload = new RawJson(job.Payload),
        FireAt = Clock.ToRfc3339(job.FireAt),
        Status = job.Status.ToName(),
        RetryCount = job.RetryCount,
        NextAttemptAt = NextAttempt(job.Status, job.NextAttemptAt),
        CreatedAt = Clock.ToRfc3339(job.CreatedAt),
        UpdatedAt = Clock.ToRfc3339(job.UpdatedAt),
    };

    public static JobDetails ToDetails(this Job job, JobHistory history) => new(job.ToDto())
    {
        Project = history.Project.ToName(),
        Logs = [.. history.Attempts.Select(ToEntry)],
    };

    public static JobList ToList(this JobListPage page, JobListFilter filter) => new()
    {
        Jobs = [.. page.Jobs.Select(job => job.ToRow(page.Projects[job.ProjectId]))],
        Pagination = new Pagination
        {
            Total = page.Total,
            Page = filter.Page,
            Limit = filter.Limit,
            TotalPages = (page.Total + filter.Limit - 1) / filter.Limit,
        },
    };

    public static ProjectDto ToDto(this Project project) =>
        new() { Id = project.Id, Name = project.Name, CreatedAt = Clock.ToRfc3339(project.CreatedAt) };

    public static KeyDto ToDto(this ApiKey key) => new()
    {
        Id = key.Id,
        Label = key.Label,
        LastFour = key.LastFour,
        CreatedAt = Clock.ToRfc3339(key.CreatedAt),
        LastUsedAt = ToRfc3339(key.LastUsedAt),
    };

    public static NewKeyDto ToDto(this NewApiKey key) => new()
    {
        Id = key.Row.Id,
        Label = key.Row.Label,
        LastFour = key.Row.LastFour,
        CreatedAt = Clock.ToRfc3339(key.Row.CreatedAt),
        Key = key.Text,
    };

    public static SigningSecretDto ToDto(this SigningSecret secret) =>
        new() { Secret = secret.Secret, PreviousExpiresAt = ToRfc3339(secret.PreviousExpiresAt) };

    public static UserDto ToDto(this Account account) => new() { Id = account.Id, Email = account.Email! };

    public static SessionDto ToDto(this NewSession session, Account account) => new()
    {
        Token = session.Token,
        ExpiresAt = Clock.ToRfc3339(session.ExpiresAt),
        User = account.ToDto(),
    };

    public static JobRow ToRow(this JobSummary job, ProjectRef project) => new()
    {
        Id = job.Id,
        ProjectId = job.ProjectId,
        Title = job.Title,
        WebhookUrl = job.WebhookUrl,
        FireAt = Clock.ToRfc3339(job.FireAt),
        Status = job.Status.ToName(),
        RetryCount = job.RetryCount,
        NextAttemptAt = NextAttempt(job.Status, job.NextAttemptAt),
        CreatedAt = Clock.ToRfc3339(job.CreatedAt),
        UpdatedAt = Clock.ToRfc3339(job.UpdatedAt),
        Project = project.ToName(),
    };

    private static ProjectName ToName(this ProjectRef project) => new() { Id = project.Id, Name = project.Name };

    private static LogEntry ToEntry(Attempt attempt) => new()
    {
        Id = attempt.Id,
        Attempt = attempt.Number,
        Status = attempt.Status.ToName(),
        ResponseCode = attempt.ResponseCode,
        ResponseBody = attempt.ResponseBody,
        Error = attempt.Error,
        DurationMs = attempt.DurationMs,
        LatenessMs = attempt.LatenessMs,
        FiredAt = Clock.ToRfc3339(attempt.FiredAt),
    };

    // A claimed job keeps its due time in the row, for the recovery; to a reader nothing lies ahead until the attempt has ended.
    private static string? NextAttempt(JobStatus status, long? at) => status switch
    {
        JobStatus.Scheduled or JobStatus.Failed => ToRfc3339(at),
        JobStatus.Firing or JobStatus.Success or JobStatus.Dead or JobStatus.Cancelled => null,
    };

    private static string? ToRfc3339(long? at) => at is { } ms ? Clock.ToRfc3339(ms) : null;
}
