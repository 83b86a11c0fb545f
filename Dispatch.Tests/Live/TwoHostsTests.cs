using System.Diagnostics;
using System.Text.Json;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Npgsql;

namespace Dispatch.Tests.Live;

/// <summary>Two whole hosts on one database without a Redis: what one does is heard on the other within 2 s.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class TwoHostsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    public static TheoryData<DatabaseProvider> Providers => HostPair.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Whatever_changes_on_one_is_heard_on_the_other_within_two_seconds_and_by_nobody_else(DatabaseProvider provider)
    {
        await using var hosts = await HostPair.StartAsync(provider);
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var other = await ApiUser.SignUpAsync(hosts.A.Url);
        using var ear = await Ear.OpenAsync(hosts.B, user);
        using var stranger = await Ear.OpenAsync(hosts.B, other);
        using var here = await Ear.OpenAsync(hosts.A, user);
        var inbox = (await user.DataAsync(HttpMethod.Get, $"projects/{user.ProjectId}/inbox")).GetProperty("url").GetString()!;
        using var http = new HttpClient();
        JsonElement created = default;
        var job = Guid.Empty;
        (string What, FeedKind Kind, Func<Task> Do)[] changes =
        [
            ("a job", FeedKind.Job,
                async () => job = await user.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1))),
            ("a cancellation", FeedKind.Job, () => user.CancelAsync(job)),
            ("a name", FeedKind.Project, () => user.DataAsync(HttpMethod.Patch, $"projects/{user.ProjectId}", new { name = "renamed" })),
            ("a key", FeedKind.Project, () => user.DataAsync(HttpMethod.Post, $"projects/{user.ProjectId}/keys", new { label = "new" })),
            ("a revocation", FeedKind.Project, () => user.DataAsync(HttpMethod.Delete, $"projects/{user.ProjectId}/keys/{user.KeyId}")),
            ("an inbox's answer", FeedKind.Inbox,
                () => user.DataAsync(HttpMethod.Put, $"projects/{user.ProjectId}/inbox/answer", new { status = 418, delayMs = 0 })),
            ("a request in it", FeedKind.Inbox, () => http.GetAsync(new Uri(inbox), TestContext.Current.CancellationToken)),
            ("its clearing", FeedKind.Inbox, () => user.DataAsync(HttpMethod.Delete, $"projects/{user.ProjectId}/inbox/requests")),
            ("a project", FeedKind.Project, async () => created = await user.DataAsync(HttpMethod.Post, "projects", new { name = "next" })),
            ("a project's end", FeedKind.Project,
                () => user.DataAsync(HttpMethod.Delete, $"projects/{created.GetProperty("id").GetString()}")),
        ];
        foreach (var (what, kind, change) in changes)
        {
            var since = Stopwatch.StartNew();
            await change();
            await ear.WaitForAsync(FeedKind.Invalidate, Soon);
            output.WriteLine($"{what}: {since.ElapsedMilliseconds:N0} ms");
            // Where it was done it is told at once, as it is, and not again by the stamp.
            Assert.Equal(kind, Assert.Single(here.TakeAll()).Kind);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            if (what == "a project's end") continue;   // it is cleared away a second later, which may be heard as well
            Assert.Empty(ear.TakeAll());
        }

        Assert.Empty(stranger.TakeAll());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Both_hear_each_other_and_a_whole_delivery(DatabaseProvider provider)
    {
        await using var hosts = await HostPair.StartAsync(provider);
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var onA = await Ear.OpenAsync(hosts.A, user);
        using var onB = await Ear.OpenAsync(hosts.B, user);
        var delays = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            using var where = user.At(i % 2 == 0 ? hosts.A.Url : hosts.B.Url);
            var (near, far) = i % 2 == 0 ? (onA, onB) : (onB, onA);
            await where.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1));
            await near.WaitForAsync(FeedKind.Job, Soon);
            delays.Add((await far.WaitForAsync(FeedKind.Invalidate, Soon)).TotalMilliseconds);
            // At any point of the second between two looks.
            await Task.Delay(Random.Shared.Next(1000), TestContext.Current.CancellationToken);
        }

        Report("stamp", delays, output);
        var job = await user.ScheduleSoonAsync(receiver.Url, 1000);
        await user.JobWhenAsync(job, "SUCCESS");
        await onB.WaitForAsync(FeedKind.Invalidate, Soon);
    }

    [Fact]
    public async Task The_database_is_asked_once_a_second_while_somebody_listens_and_not_at_all_otherwise()
    {
        await using var hosts = await HostPair.StartAsync(DatabaseProvider.Postgres);
        await using var counter = new NpgsqlConnection(hosts.Database.ConnectionString + ";Pooling=false");
        await counter.OpenAsync(TestContext.Current.CancellationToken);
        await using var extension = new NpgsqlCommand("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", counter);
        await extension.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);

        await Task.Delay(2500, TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync());
        using (var ear = await Ear.OpenAsync(hosts.B, user))
        {
            await Task.Delay(3000, TestContext.Current.CancellationToken);
            Assert.InRange(await CountAsync(), 3, 5);
        }

        var after = await CountAsync();
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        Assert.InRange(await CountAsync(), after, after + 1);   // one may have been under way

        async Task<long> CountAsync()
        {
            await using var count = new NpgsqlCommand(
                "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements "
                + "WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                + """AND query LIKE '%sum(%"Changes"%GROUP BY%'""",
                counter);
            return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        }
    }

    internal static void Report(string way, List<double> delays, ITestOutputHelper output)
    {
        delays.Sort();
        output.WriteLine($"{way}, {delays.Count} changes: p50 {delays[delays.Count / 2]:N1} ms, max {delays[^1]:N1} ms");
    }
}
