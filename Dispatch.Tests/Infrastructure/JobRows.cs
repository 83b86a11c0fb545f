using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Many jobs at once, with the counters they would have, for tests of what reads them.</summary>
internal static class JobRows
{
    /// <summary>
    /// Job <c>i</c> is created <c>i</c> ms after the first, which is created at <paramref name="begin"/>
    /// (null: the rig's now), due a minute later.
    /// </summary>
    public static async Task SeedAsync(
        this StoreRig rig, int count, Func<int, (Guid ProjectId, JobStatus Status, string Title)> describe, long? begin = null)
    {
        for (var from = 0; from < count; from += 50_000)
        {
            var jobs = Enumerable.Range(from, Math.Min(50_000, count - from))
                .Select(i => Row(rig.AccountId, (begin ?? rig.Now) + i, i, describe(i)))
                .ToArray();
            await using var db = await rig.Database.Contexts.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.InsertRowsAsync(jobs);
            var changes = new JobChanges(isWatched: false);
            foreach (var job in jobs) changes.Inserted(job);
            db.Count(rig.Host.Id, changes.Counters);
            await transaction.CommitAsync();
        }
    }

    /// <summary>One of them, not stored yet.</summary>
    public static Job Row(Guid accountId, long createdAt, int at, (Guid ProjectId, JobStatus Status, string Title) described)
    {
        var isLive = described.Status is JobStatus.Scheduled or JobStatus.Firing or JobStatus.Failed;
        return new Job
        {
            Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(createdAt)),
            AccountId = accountId,
            ProjectId = described.ProjectId,
            Title = described.Title,
            WebhookUrl = $"https://hooks.example.com/customers/{at % 977}/events",
            Payload = "{}"u8.ToArray(),
            FireAt = createdAt + 60_000,
            Status = described.Status,
            NextAttemptAt = isLive ? createdAt + 60_000 : null,
            CreatedAt = createdAt,
            UpdatedAt = createdAt,
        };
    }
}
