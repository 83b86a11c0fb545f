using Dispatch.Alarms;
using Dispatch.Inboxes;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;

namespace Dispatch.Tests.Data.Hot;

/// <summary>What callers and pages read all the time.</summary>
internal static class HotReads
{
    public static readonly IReadOnlyDictionary<string, Func<FakeHost, Task>> All = new Dictionary<string, Func<FakeHost, Task>>
    {
        ["key"] = host =>
        {
            host.Database.Expect();
            return host.Service<ApiKeyStore>()
                .FindAsync(Secret.Create(ApiKeyStore.Prefix), mayBeCached: false, CancellationToken.None)
                .AsTask();
        },
        ["beat"] = host =>
        {
            host.Database.Expect(1);
            return host.BeatAsync();
        },
        ["any-free"] = host =>
        {
            host.Database.Expect(host.Database.Rows([true]));
            return AnyFreeAsync(host);
        },
        ["any-free-of-others"] = host =>
        {
            host.Database.Expect(host.Database.Rows([true]));
            return AnyFreeAsync(host, Guid.CreateVersion7());
        },
        ["overdue"] = host =>
        {
            host.Database.Expect();
            return host.Service<AlarmQueries>().HeldAsync(host.Now, CancellationToken.None);
        },
        ["session-of-token"] = host =>
        {
            host.Database.Expect(Session(host, "Token"));
            return host.Service<SessionLook>().FindAsync(Secret.Create(SessionStore.Prefix), CancellationToken.None);
        },
        ["session-of-cookie"] = host =>
        {
            host.Database.Expect(Session(host, "Browser"));
            return host.Service<SessionLook>().FindAsync(host.Ids[0], CancellationToken.None);
        },
        ["sessions-that-are-open"] = host =>
        {
            host.Database.Expect();
            return host.Service<SessionLook>().OpenAmongAsync(host.Ids, CancellationToken.None);
        },
        ["job"] = host =>
        {
            object?[] job =
            [
                host.Ids[0], host.Account, null, 1, host.Now, host.Now, 0, null, "{}"u8.ToArray(), host.Project, 0, "SUCCESS", "t",
                host.Now, "http://a.example", host.Project, "p", null
            ];
            host.Database.Expect(host.Database.Rows(job));
            return host.Service<JobQueries>().FindAsync(new JobScope(host.Account, host.Project), host.Ids[0], CancellationToken.None);
        },
        ["list-of-project"] = host => ListAsync(host, projects: 1, new JobListFilter(null, null, Page: 1, Limit: 20)),
        ["list-of-project-by-status"] = host =>
            ListAsync(host, projects: 1, new JobListFilter(JobStatus.Success, null, Page: 1, Limit: 20)),
        ["list-from-the-old-end"] = host => ListAsync(host, projects: 1, new JobListFilter(null, null, Page: 9, Limit: 10)),
        ["list-of-account"] = host => ListAsync(host, projects: 2, new JobListFilter(null, null, Page: 1, Limit: 20)),
        ["list-of-account-failed"] = host => ListAsync(host, projects: 2, new JobListFilter(JobStatus.Failed, null, Page: 1, Limit: 20)),
        ["list-of-account-scheduled"] = host =>
            ListAsync(host, projects: 2, new JobListFilter(JobStatus.Scheduled, null, Page: 1, Limit: 20)),
        ["grid-by-range"] = host => GridAsync(
            host, new GridFilter(JobStatus.Dead, null, null, From: 1, Until: 2, Page: 1, Limit: 20), host.Database.Rows([50L])),
        ["grid-by-text"] = host => GridAsync(host, new GridFilter(null, null, "o'hara", null, null, Page: 1, Limit: 20)),
        ["grid-by-part-of-id"] = host => GridAsync(host, new GridFilter(null, null, "0198", null, null, Page: 1, Limit: 20)),
        ["grid-by-id"] = host => GridAsync(
            host, new GridFilter(null, null, host.Ids[0].ToString(), null, null, Page: 1, Limit: 20), host.Database.Rows([true])),
        ["overview"] = host =>
        {
            var (one, other) = (host.Project, host.Ids[0]);
            Found nothing = host.Database.Rows(),
                hosts = host.Database.Rows([host.Ids[1]]),
                failures = host.Database.Rows([host.Ids[2]]),
                hasKey = host.Database.Rows([true]);
            host.Database.Expect(
                host.Database.Rows([one, "p", null], [other, "q", null]), Counts(host), nothing, hosts, nothing,
                nothing, failures, nothing, nothing, hasKey);
            return host.Service<OverviewQueries>().ReadAsync(host.Account, CancellationToken.None);
        },
        ["project-cards"] = host =>
        {
            host.Database.Expect();
            return host.Service<ProjectCardQueries>().ListAsync(host.Account, CancellationToken.None);
        },
        ["changes-of-other-hosts"] = async host =>
        {
            var pages = host.Ids.Select(accountId => host.Service<JobFeed>().Subscribe(accountId, _ => { })).ToArray();
            host.Database.Expect();
            await host.Service<ChangePoller>().PollAsync(CancellationToken.None);
            foreach (var page in pages) page.Dispose();
        },
        ["inbox-of-token"] = host =>
        {
            host.Database.Expect(host.Database.Rows());
            return host.Service<InboxStore>().FindAsync(InboxToken.Create(), CancellationToken.None).AsTask();
        },
    };

    private static Task<bool> AnyFreeAsync(FakeHost host, params IReadOnlyList<Guid> crowded) => host.Service<AlarmQueries>()
        .AnyFreeAsync(host.Now, host.Now + 30_000, Partition.Whole, crowded, CancellationToken.None);

    private static Task<JobListPage?> ListAsync(FakeHost host, int projects, JobListFilter filter)
    {
        host.Database.Expect(Projects(host, projects), Counts(host), host.Database.Rows([.. host.Ids.Select(id => (object?[])[id])]));
        // An account's SCHEDULED jobs come from each project's list, with their instants.
        if (filter.Status == JobStatus.Scheduled)
            host.Database.Expect(
                Projects(host, projects),
                Counts(host),
                host.Database.Rows([host.Now, host.Ids[0]]),
                host.Database.Rows([host.Now, host.Ids[1]]));
        return host.Service<JobQueries>().ListAsync(new JobScope(host.Account, null), filter, CancellationToken.None);
    }

    private static Task<GridPage?> GridAsync(FakeHost host, GridFilter filter, params object[] answers)
    {
        host.Database.Expect([Projects(host, 2), Counts(host), .. answers]);
        return host.Service<JobGridQueries>().ReadAsync(host.Account, filter, CancellationToken.None);
    }

    // The last one is deleted: its jobs are still there.
    private static Found Projects(FakeHost host, int count) => count == 1
        ? host.Database.Rows([host.Project, "p", null])
        : host.Database.Rows([host.Project, "p", null], [host.Ids[1], "q", null], [host.Ids[2], "gone", host.Now]);

    private static Found Counts(FakeHost host) => host.Database.Rows([host.Project, 20L, 0L, 50L, 20L, 10L, 0L]);

    private static Found Session(FakeHost host, string kind) => host.Database.Rows(
        [host.Ids[0], host.Account, "ada@example.com", false, kind, host.Now - 120_000]);
}
