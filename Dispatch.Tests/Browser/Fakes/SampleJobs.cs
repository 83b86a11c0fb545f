using System.Text;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Tests.Browser.Fakes;

/// <summary>Jobs to show.</summary>
internal static class SampleJobs
{
    public const string CreatedAt = "2026-06-13T09:00:00.000Z";
    public const string FireAt = "2026-06-13T09:30:00.004Z";
    public const string RetryAt = "2026-06-13T09:30:31.000Z";

    public static readonly Guid ProjectId = Guid.Parse("01990000-0000-7000-8000-000000000001");
    public static readonly Guid JobId = Guid.Parse("3f6c2b8e-7a41-4c9d-9b21-d5a0c3e8f612");

    public static JobRow Row(
        string status = "SCHEDULED",
        string title = "Trial expiry reminder",
        string url = "https://example.com/hooks",
        Guid? id = null) => new()
    {
        Id = id ?? JobId,
        ProjectId = ProjectId,
        Title = title,
        WebhookUrl = url,
        FireAt = FireAt,
        Status = status,
        RetryCount = status == "FAILED" ? 1 : 0,
        NextAttemptAt = NextAttempt(status),
        CreatedAt = CreatedAt,
        UpdatedAt = CreatedAt,
        Project = new ProjectName { Id = ProjectId, Name = "Billing" },
    };

    public static JobGrid Grid(params JobRow[] rows) => new()
    {
        Jobs = rows,
        Attempts = rows.ToDictionary(row => row.Id, row => row.Status is "SCHEDULED" or "CANCELLED" ? 0 : 1),
        Total = rows.Length,
        TotalIsExact = true,
        SearchedSince = null,
        Counts = new StatusCounts { Scheduled = 1_234_567, Firing = 2, Success = 3, Failed = 4, Dead = 5, Cancelled = 6 },
    };

    public static ProjectCards Cards() => new()
    {
        Projects =
        [
            new ProjectCard
            {
                Project = new ProjectDto { Id = ProjectId, Name = "Billing", CreatedAt = CreatedAt },
                Counts = Grid().Counts,
                Keys = 1,
            },
        ],
    };

    public static JobView View(
        string status = "SCHEDULED",
        string title = "Trial expiry reminder",
        string payload = "{\"plan\":\"pro\"}",
        params LogEntry[] logs) => new()
    {
        IsArmed = status is "SCHEDULED" or "FAILED",
        MaxAttempts = 3,
        LastRequest = null,
        Job = new JobDetails
        {
            Id = JobId,
            ProjectId = ProjectId,
            Title = title,
            WebhookUrl = "https://example.com/hooks",
            FireAt = FireAt,
            Status = status,
            RetryCount = logs.Count(entry => entry.Status == "FAILED"),
            NextAttemptAt = NextAttempt(status),
            CreatedAt = CreatedAt,
            UpdatedAt = CreatedAt,
            Payload = new RawJson(Encoding.UTF8.GetBytes(payload)),
            Project = new ProjectName { Id = ProjectId, Name = "Billing" },
            Logs = [.. logs.OrderByDescending(entry => entry.Attempt)],
        },
    };

    public static LogEntry Attempt(int number, string status, int? code = null, string? body = null, string? error = null) => new()
    {
        Id = Guid.NewGuid(),
        Attempt = number,
        Status = status,
        ResponseCode = code,
        ResponseBody = body,
        Error = error,
        DurationMs = status == "INTERRUPTED" ? null : 45,
        LatenessMs = status == "INTERRUPTED" ? null : 3,
        FiredAt = $"2026-06-13T09:3{number}:00.000Z",
    };

    private static string? NextAttempt(string status) => status switch
    {
        "SCHEDULED" => FireAt,
        "FAILED" => RetryAt,
        _ => null,
    };
}
