using Dispatch.Inboxes;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Writing;

namespace Dispatch.Tests.Data.Hot;

/// <summary>What the engine writes all the time, with batches of three.</summary>
internal static class HotWrites
{
    private const string Url = "http://example.com/hook";

    public static readonly IReadOnlyDictionary<string, Func<FakeHost, Task>> All = new Dictionary<string, Func<FakeHost, Task>>
    {
        ["insert"] = host =>
        {
            var key = Guid.CreateVersion7();
            host.Database.Expect(host.Database.Rows([key]));
            return host.ApplyAsync([.. host.Ids.Select(id => new InsertWrite(Job(host, id), key))]);
        },
        ["insert-first-of-project"] = host =>
        {
            host.Database.Expect(host.Database.Rows([host.Project]), 1, 0, host.Database.Rows(), 1, 1);
            return host.ApplyAsync(new InsertWrite(Job(host, host.Ids[0]), keyId: null));
        },
        ["cancel"] = host =>
        {
            host.Database.Expect(1);
            return host.ApplyAsync(new CancelWrite(host.Ids[0], host.Project));
        },
        ["cancel-too-late"] = host =>
        {
            host.Database.Expect(0, host.Database.Rows([true]));
            return host.ApplyAsync(new CancelWrite(host.Ids[0], host.Project));
        },
        ["rearm"] = host =>
        {
            host.Database.Expect(2, host.Database.Rows([host.Ids[0]], [host.Ids[1]]));
            return host.ApplyAsync([.. host.Ids.Select(id => new RearmWrite(id, host.Project))]);
        },
        ["claim"] = host =>
        {
            // The row's columns in EF's order: the key, then by name.
            object?[] Won(Guid id) =>
            [
                id, host.Account, id, 1, id, host.Now, host.Now, host.Now, "{}"u8.ToArray(), host.Project, 0, "FIRING", "t", host.Now, Url,
                "cipher", null, null,
            ];
            host.Database.Expect(2, host.Database.Rows(Won(host.Ids[0]), Won(host.Ids[1])));
            return host.ApplyAsync([.. host.Ids.Select(id => new ClaimWrite(id, host.Now, term: 0))]);
        },
        ["deliver"] = host => RecordAsync(host, Transition.Deliver),
        ["retry"] = host => RecordAsync(host, Transition.Retry, retryAt: host.Now + 30_000, keepsAlarm: true),
        ["retry-later"] = host => RecordAsync(host, Transition.Retry, retryAt: host.Now + 3_600_000),
        ["exhaust"] = host => RecordAsync(host, Transition.Exhaust),
        ["first-attempt-of-the-hour"] = host =>
        {
            host.Database.Expect(1, 1, 1, 0, host.Database.Rows(), 1, 1);
            return host.ApplyAsync(Record(host, host.Ids[0], Transition.Deliver, retryAt: null, keepsAlarm: false));
        },
        ["arm"] = host =>
        {
            object?[] Free(Guid id) => [id, host.Project, Url, host.Now, false];
            host.Database.Expect(host.Database.Rows([.. host.Ids.Select(Free)]), 2, host.Database.Rows([host.Ids[0]], [host.Ids[1]]));
            return host.Service<JobStore>().ArmAsync(host.Now, host.Now + 30_000, 1000, partition: null, CancellationToken.None);
        },
        ["arm-partition"] = host =>
        {
            host.Database.Expect(host.Database.Rows());
            return host.Service<JobStore>().ArmAsync(
                host.Now, host.Now + 30_000, 1000, new Partition(Index: 1, Count: 2), CancellationToken.None);
        },
        ["overdue"] = host =>
        {
            host.Database.Expect();
            return host.Service<JobStore>().OverdueAsync(host.Now, CancellationToken.None);
        },
        ["interrupt"] = host =>
        {
            host.Database.Expect(
                host.Database.Rows([.. host.Ids.Select(id => (object?[])[id, host.Now])]), 3,
                host.Database.Rows([.. host.Ids.Select(id => (object?[])[id, host.Project, 1])]), 2, 1);
            return host.Service<JobStore>().InterruptOrphansAsync(host.Ids, CancellationToken.None);
        },
        ["recover"] = host =>
        {
            host.Database.Expect(host.Database.Rows(), host.Database.Rows([host.Ids[0]], [host.Ids[1]]), 2);
            return host.Service<JobStore>().RecoverAsync(host.Ids[2], CancellationToken.None);
        },
        ["recover-unknown-hosts"] = host =>
        {
            host.Database.Expect(host.Database.Rows(), host.Database.Rows([host.Ids[0]]), 1);
            return host.Service<JobStore>().RecoverUnknownHostsAsync(CancellationToken.None);
        },
        ["merge-counters"] = host =>
        {
            var (tally, hour) = (
                (object?[])[host.Project, host.Ids[0], .. Enumerable.Repeat<object?>(1L, 7)],
                (object?[])[host.Project, 0L, host.Ids[0], .. Enumerable.Repeat<object?>(1L, 18)]);
            host.Database.Expect(
                host.Database.Rows([host.Project, host.Ids[0]]), 1, host.Database.Rows(tally), 1,
                host.Database.Rows([host.Project, 0L, host.Ids[0]]), 1, host.Database.Rows(hour), 1,
                1, 1,
                host.Database.Rows(), host.Database.Rows());   // and no more
            return host.Service<JobStore>().MergeCountersAsync();
        },
        ["beat"] = host =>
        {
            host.Database.Expect(1);
            return host.BeatAsync();
        },
        ["purge-jobs"] = host =>
        {
            host.Database.Expect(
                host.Database.Rows([true]),
                host.Database.Rows([.. host.Ids.Select(id => (object?[])[id, host.Project, "SUCCESS"])]),
                3);
            return host.Service<JobStore>().PurgeDeletedProjectsAsync(CancellationToken.None);
        },
        ["purge-projects"] = host =>
        {
            host.Database.Expect(host.Database.Rows([true]), host.Database.Rows(), 0, 1);
            return host.Service<JobStore>().PurgeDeletedProjectsAsync(CancellationToken.None);
        },
        ["forget-hours"] = host =>
        {
            host.Database.Expect();
            return host.Service<JobStore>().DeleteOldHoursAsync();
        },
        ["receive-in-inbox"] = host =>
        {
            host.Database.Expect(host.Database.Rows([host.Project]), 1, 0);
            return host.Service<InboxStore>().ReceiveAsync(
                new ReceivedRequest { Id = host.Ids[0], ProjectId = host.Project, Method = "POST", Headers = "[]", Body = [] });
        },
        ["mark-key"] = host =>
        {
            host.Database.Expect();
            host.Service<KeyUsage>().Mark(host.Ids[0], host.Now);
            return host.Service<KeyUsage>().FlushAsync(CancellationToken.None);
        },
    };

    private static Task RecordAsync(FakeHost host, Transition transition, long? retryAt = null, bool keepsAlarm = false)
    {
        host.Database.Expect(3, 3);
        return host.ApplyAsync([.. host.Ids.Select(id => Record(host, id, transition, retryAt, keepsAlarm))]);
    }

    private static RecordWrite Record(FakeHost host, Guid id, Transition transition, long? retryAt, bool keepsAlarm) => new(
        host.Claimed(id),
        new Attempt
        {
            Id = id, JobId = id, Number = 1,
            Status = transition == Transition.Deliver ? AttemptStatus.Success : AttemptStatus.Failed,
            LatenessMs = 1, FiredAt = host.Now
        },
        transition,
        retryAt,
        keepsAlarm);

    private static Job Job(FakeHost host, Guid id) => new()
    {
        Id = id, AccountId = host.Account, ProjectId = host.Project, Title = "t", WebhookUrl = Url, Payload = "{}"u8.ToArray(),
        FireAt = host.Now, NextAttemptAt = host.Now, CreatedAt = host.Now, UpdatedAt = host.Now,
    };
}
