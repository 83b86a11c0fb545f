using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Tests.Browser;

/// <summary>What the overview may be told.</summary>
internal static class OverviewSamples
{
    public static readonly DateTimeOffset Now = new(2026, 6, 13, 9, 30, 0, TimeSpan.Zero);

    public static readonly GettingStarted NewAccount = new() { Project = null, HasKey = false, NewestJob = null, HasFired = false };

    public static readonly ProjectDto Billing = new()
    {
        Id = Guid.Parse("01990000-0000-7000-8000-000000000001"),
        Name = "billing",
        CreatedAt = Instant.Format(Now),
    };

    public static readonly NewKeyDto NewKey = new()
    {
        Id = Guid.CreateVersion7(),
        Label = "Getting started",
        LastFour = "abcd",
        CreatedAt = Instant.Format(Now),
        Key = $"sk_{new string('7', 60)}abcd",
    };

    public static readonly Inbox TestInbox = new()
    {
        Url = "https://dispatch.example/in/4f1c",
        Answer = new InboxAnswer { Status = 200, DelayMs = 0 },
        Requests = [],
    };

    public static JobRow Job(string status = "SCHEDULED", string title = "My first job") => new()
    {
        Id = Guid.CreateVersion7(),
        ProjectId = Billing.Id,
        Title = title,
        WebhookUrl = TestInbox.Url,
        FireAt = Instant.Format(Now),
        Status = status,
        RetryCount = 0,
        NextAttemptAt = Instant.Format(Now.AddMinutes(1)),
        CreatedAt = Instant.Format(Now),
        UpdatedAt = Instant.Format(Now),
        Project = new ProjectName { Id = Billing.Id, Name = Billing.Name },
    };

    public static Overview Overview(GettingStarted? started = null, params JobRow[] failures) => new()
    {
        Fired = 0,
        SuccessRate = null,
        FailedNow = 0,
        Dead = 0,
        LatenessP50Ms = null,
        LatenessP99Ms = null,
        Hours =
        [
            .. Enumerable.Range(0, 24).Select(hour => new DeliveryHourDto
            {
                From = Instant.Format(Now.AddHours(hour - 23)),
                Succeeded = 0,
                Failed = 0,
            }),
        ],
        NextHour =
        [
            .. Enumerable.Range(0, 60)
                .Select(minute => new UpcomingMinute { From = Instant.Format(Now.AddMinutes(minute)), Due = 0 }),
        ],
        LatestFailures = failures,
        GettingStarted = started ?? NewAccount with { HasFired = true },
    };
}
