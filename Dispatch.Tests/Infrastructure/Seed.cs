using Dispatch.Counters;
using Dispatch.Model;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Puts rows where the engine would, for tests of what only reads them.</summary>
internal static class Seed
{
    public static async Task<Guid> JobAsync(
        TestWebHost host, Guid projectId, JobStatus status = JobStatus.Scheduled, long createdAt = 1_700_000_000_000,
        string payload = "{}", int attempts = 0)
    {
        await using var db = await host.NewContextAsync();
        var project = await db.Projects.SingleAsync(p => p.Id == projectId, TestContext.Current.CancellationToken);
        var job = Job(project, status, createdAt, payload);
        db.Jobs.Add(job);
        db.Attempts.AddRange(Enumerable.Range(1, attempts).Select(number => new Attempt
        {
            Id = Guid.CreateVersion7(),
            JobId = job.Id,
            Number = number,
            Status = AttemptStatus.Failed,
            ResponseCode = 500,
            ResponseBody = "<script>",
            Error = "The receiver answered 500",
            DurationMs = 12,
            LatenessMs = 3,
            FiredAt = createdAt + number,
        }));
        var changes = new JobChanges(isWatched: false);
        changes.Inserted(job);
        await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        db.Count(Guid.Empty, changes.Counters);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        return job.Id;
    }

    private static Job Job(Project project, JobStatus status, long createdAt, string payload) => new()
    {
        Id = Guid.CreateVersion7(),
        AccountId = project.AccountId,
        ProjectId = project.Id,
        Title = "Reminder",
        WebhookUrl = "https://example.com/hook",
        Payload = System.Text.Encoding.UTF8.GetBytes(payload),
        FireAt = createdAt + 60_000,
        NextAttemptAt = createdAt + 60_000,   // long past: TestWebHost runs no sweeper
        Status = status,
        CreatedAt = createdAt,
        UpdatedAt = createdAt,
    };
}
