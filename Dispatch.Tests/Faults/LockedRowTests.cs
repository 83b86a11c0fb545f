using System.Diagnostics;
using System.Net;
using Dispatch.Model;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 21 of reliability.md: somebody's transaction holds a row that a host wants.
/// Whoever needs that row waits for it, and nobody else.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class LockedRowTests
{
    private const string OneJob = """SELECT "Id" FROM "Jobs" WHERE "Id" = $1 FOR UPDATE""";

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan GoesOnWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public Task A_locked_job_that_comes_due_delays_no_other() => HoldDueJobAsync(hosts: 1, Short);

    [Fact]
    public Task A_locked_job_that_comes_due_delays_no_other_of_two_hosts() => HoldDueJobAsync(hosts: 2, Short);

    [Fact]
    public Task A_locked_job_on_the_wire_delays_no_other() => HoldFiringJobAsync(Short);

    [Fact]
    public Task A_locked_project_refuses_its_own_posts_and_delays_no_job() => HoldProjectAsync(Short);

    [Fact]
    public Task Locked_counters_delay_nobody_and_are_right_afterwards() => HoldCountersAsync(Short);

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Theory(Explicit = true), InlineData(1), InlineData(2), Trait("Category", "Long")]
    public Task A_job_that_is_locked_for_a_minute_when_it_comes_due_delays_no_other(int hosts) => HoldDueJobAsync(hosts, Long);

    /// <inheritdoc cref="A_job_that_is_locked_for_a_minute_when_it_comes_due_delays_no_other"/>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task A_job_that_is_locked_for_a_minute_on_the_wire_delays_no_other() => HoldFiringJobAsync(Long);

    /// <inheritdoc cref="A_job_that_is_locked_for_a_minute_when_it_comes_due_delays_no_other"/>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task A_project_that_is_locked_for_a_minute_refuses_its_own_posts_alone() => HoldProjectAsync(Long);

    /// <inheritdoc cref="A_job_that_is_locked_for_a_minute_when_it_comes_due_delays_no_other"/>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Counters_that_are_locked_for_a_minute_delay_nobody() => HoldCountersAsync(Long);

    private static async Task HoldDueJobAsync(int hosts, TimeSpan time)
    {
        await using var stage = await LockedStage.StartAsync(hosts);
        var job = await stage.PostAsync(TimeSpan.FromSeconds(2));

        await stage.HoldAsync(time, [(OneJob, job)]);
        var arrival = await stage.Cluster.Receiver.WaitForAsync(a => a.JobId == job);
        await stage.EndAsync();

        stage.AssertNobodyElseNoticed("a job due");
        Assert.InRange(arrival.At, stage.ReleasedAt, stage.ReleasedAt + GoesOnWithin);
        AssertNamedOnce(stage, job);
    }

    private static async Task HoldFiringJobAsync(TimeSpan time)
    {
        await using var stage = await LockedStage.StartAsync(hosts: 1);
        var answer = new TaskCompletionSource();
        stage.Cluster.Receiver.Answer = (arrival, _) => arrival.Path == "/slow" ? answer.Task : Task.CompletedTask;
        var job = await stage.PostAsync(TimeSpan.FromSeconds(1), "/slow");
        await stage.Cluster.Receiver.WaitForAsync(a => a.JobId == job);

        await stage.HoldAsync(time, [(OneJob, job)], meanwhile: _ =>
        {
            answer.SetResult();   // its outcome cannot be stored
            return Task.CompletedTask;
        });
        await stage.Cluster.Users[0].JobWhenAsync(job, "SUCCESS", GoesOnWithin);
        await stage.EndAsync();

        stage.AssertNobodyElseNoticed("a job on the wire");
        Assert.Empty(await stage.Cluster.InterruptedAsync());
        AssertNamedOnce(stage, job);
    }

    private static async Task HoldProjectAsync(TimeSpan time)
    {
        await using var stage = await LockedStage.StartAsync(hosts: 1);
        using var owner = await ApiUser.SignUpAsync(stage.Cluster.Hosts[0].Url);
        // Its jobs that were accepted before are nobody's business.
        for (var due = TimeSpan.FromSeconds(2); due < time; due += TimeSpan.FromSeconds(0.2))
            Assert.NotNull(await stage.Ledger.PostAsync(owner, stage.Cluster.Receiver.Url + "/", DateTimeOffset.UtcNow + due));

        var answers = new List<(HttpStatusCode Status, TimeSpan Took)>();
        await stage.HoldAsync(
            time,
            [("""SELECT "Id" FROM "Projects" WHERE "Id" = $1 FOR UPDATE""", Guid.Parse(owner.ProjectId))],
            async until => answers = await PostUntilAsync(stage, owner, until.AddSeconds(-2)));
        Assert.NotNull(await stage.Ledger.PostAsync(owner, stage.Cluster.Receiver.Url + "/", DateTimeOffset.UtcNow.AddSeconds(1)));
        await stage.EndAsync();

        var slowest = answers.Max(answer => answer.Took);
        stage.AssertNobodyElseNoticed(
            $"a project, whose own {answers.Count} posts were answered after {slowest.TotalSeconds:0.00} s at most");
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status));
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    private static async Task HoldCountersAsync(TimeSpan time)
    {
        await using var stage = await LockedStage.StartAsync(hosts: 1);
        var host = await stage.Cluster.IdOfAsync(0);

        await stage.HoldAsync(
            time,
            [
                ("""SELECT "ProjectId" FROM "ProjectCounters" WHERE "HostId" = $1 FOR UPDATE""", host),
                ("""SELECT "ProjectId" FROM "HourlyStats" WHERE "HostId" = $1 FOR UPDATE""", host),
            ]);
        await stage.EndAsync();

        await CountersAgreeAsync(stage.Cluster);
        foreach (var status in (JobStatus[])[JobStatus.Success, JobStatus.Cancelled, JobStatus.Scheduled])
        {
            var (listed, stored) = await ListedAndStoredAsync(stage.Cluster, status);
            Assert.Equal(stored, listed);
        }

        stage.AssertNobodyElseNoticed("the host's counters");
    }

    /// <summary>How many jobs of that status the first account's list says there are, and how many there are.</summary>
    private static async Task<(int Listed, int Stored)> ListedAndStoredAsync(Cluster cluster, JobStatus status)
    {
        var user = cluster.Users[0];
        var list = await user.DataAsync(HttpMethod.Get, $"jobs?status={status.ToString().ToUpperInvariant()}&limit=1");
        await using var db = await cluster.ReadAsync();
        var project = Guid.Parse(user.ProjectId);
        return (
            list.GetProperty("pagination").GetProperty("total").GetInt32(),
            await db.Jobs.CountAsync(j => j.ProjectId == project && j.Status == status, TestContext.Current.CancellationToken));
    }

    private static async Task<List<(HttpStatusCode Status, TimeSpan Took)>> PostUntilAsync(
        LockedStage stage, ApiUser owner, DateTimeOffset until)
    {
        var answers = new List<(HttpStatusCode Status, TimeSpan Took)>();
        while (DateTimeOffset.UtcNow < until)
        {
            var begun = Stopwatch.GetTimestamp();
            using var response = await owner.PostJobAsync(stage.Cluster.Receiver.Url, DateTimeOffset.UtcNow.AddHours(1));
            answers.Add((response.StatusCode, Stopwatch.GetElapsedTime(begun)));
        }

        return answers;
    }

    /// <summary>Ends when the counters say of every project what its jobs and attempts say.</summary>
    private static async Task CountersAgreeAsync(Cluster cluster)
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(10);
        while (true)
        {
            var (counted, stored) = await TotalsAsync(cluster);
            if (counted == stored) return;
            Assert.True(DateTimeOffset.UtcNow < until, $"the counters say {counted}, the rows {stored}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<(string Counted, string Stored)> TotalsAsync(Cluster cluster)
    {
        await using var db = await cluster.ReadAsync();
        var counted = await db.Database.SqlQueryRaw<string>(
            """
            SELECT concat_ws(' ', sum("Scheduled"), sum("Firing"), sum("Success"), sum("Failed"), sum("Dead"), sum("Cancelled"),
                (SELECT sum("Succeeded") FROM "HourlyStats" h WHERE h."ProjectId" = c."ProjectId")) AS "Value"
            FROM "ProjectCounters" c GROUP BY "ProjectId" ORDER BY "ProjectId"
            """).ToListAsync(TestContext.Current.CancellationToken);
        var stored = await db.Database.SqlQueryRaw<string>(
            """
            SELECT concat_ws(' ', count(*) FILTER (WHERE "Status" = 'SCHEDULED'), count(*) FILTER (WHERE "Status" = 'FIRING'),
                count(*) FILTER (WHERE "Status" = 'SUCCESS'), count(*) FILTER (WHERE "Status" = 'FAILED'),
                count(*) FILTER (WHERE "Status" = 'DEAD'), count(*) FILTER (WHERE "Status" = 'CANCELLED'),
                (SELECT count(*) FROM "Attempts" a JOIN "Jobs" o ON o."Id" = a."JobId"
                    WHERE o."ProjectId" = j."ProjectId" AND a."Status" = 'SUCCESS')) AS "Value"
            FROM "Jobs" j GROUP BY "ProjectId" ORDER BY "ProjectId"
            """).ToListAsync(TestContext.Current.CancellationToken);
        return (string.Join(", ", counted), string.Join(", ", stored));
    }

    private static void AssertNamedOnce(LockedStage stage, Guid job) =>
        Assert.InRange(stage.Cluster.LinesWith($"{job}", "is locked by another transaction"), 1, stage.Cluster.Hosts.Count);
}
