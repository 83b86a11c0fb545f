using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 29 of reliability.md: PostgreSQL's primary dies and its synchronous standby takes its place. The connection string names both.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FailoverTests
{
    private static readonly TimeSpan PromotedAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TakenWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SentWithin = TimeSpan.FromSeconds(6);

    [Fact]
    public Task A_standby_that_is_promoted_goes_on_with_every_job() => FailOverAsync();

    /// <summary>At whatever the hosts do when the primary dies: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public async Task Five_standbys_that_are_promoted_go_on_with_every_job()
    {
        for (var round = 0; round < 5; round++) await FailOverAsync();
    }

    private static async Task FailOverAsync()
    {
        await using var primary = await DatabaseServers.StartPostgresAsync();
        await using var standby = await primary.StartStandbyAsync();
        await using var cluster = await Cluster.StartOnAsync(primary, hosts: 2, direct => Both(direct, primary, standby));
        await cluster.WarmUpAsync();
        var ledger = new Ledger();
        var stop = DateTimeOffset.UtcNow.AddSeconds(6).AddMilliseconds(Random.Shared.Next(500));
        for (var host = 0; host < 2; host++) await cluster.PostAsync(ledger, host, 280, i => stop.AddMilliseconds(-2000 + (i * 50)));
        Assert.True(DateTimeOffset.UtcNow < stop.AddSeconds(-2), "posting took too long");
        var linesBefore = cluster.Hosts.Select(host => Watch.Troubles(host).Length).ToArray();

        await Watch.UntilAsync(stop);
        await primary.StopAsync();
        var stoppedAt = DateTimeOffset.UtcNow;
        await Watch.UntilAsync(stoppedAt + PromotedAfter);
        await standby.PromoteAsync();
        var promotedAt = DateTimeOffset.UtcNow;
        NpgsqlConnection.ClearAllPools();   // the test's own are gone, too
        var taken = await Task.WhenAll(cluster.Users.Select(user => PostUntilTakenAsync(cluster, ledger, user)));
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(30));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        var overdue = ledger.Acknowledged
            .Where(job => job.Value > stoppedAt && job.Value < promotedAt)
            .Select(job => job.Key)
            .ToHashSet();
        var last = cluster.Receiver.Arrivals.Where(a => overdue.Contains(a.JobId)).Max(a => a.At) - promotedAt;
        var (findings, interrupted) = (ledger.Compare(cluster.Receiver), await cluster.InterruptedAsync());
        var troubles = cluster.Hosts
            .Select((host, i) => Watch.Troubles(host).Skip(linesBefore[i]).CountBy(line => line).ToArray())
            .ToArray();
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 29, the standby promoted {(promotedAt - stoppedAt).TotalSeconds:0.0} s after the primary's end: "
            + $"{ledger.Acknowledged.Count} jobs, twice {findings.Twice.Count}, interrupted {interrupted.Count}; "
            + $"the first 201 of each host {string.Join(" and ", taken.Select(at => $"{(at - promotedAt).TotalSeconds:0.00} s"))} "
            + $"after the promotion; the last of {overdue.Count} overdue jobs {last.TotalSeconds:0.00} s after it; "
            + $"due later: {ledger.LatenessOf(cluster.Receiver, (_, at) => at > promotedAt.AddSeconds(2))}; the log: "
            + string.Join(" and ", troubles.Select(host => string.Join(", ", host.Select(line => $"{line.Key} {line.Value} times")))));
        findings.AssertEachOnce();
        Assert.Empty(interrupted);
        Assert.True(overdue.Count > 150, $"only {overdue.Count} jobs came due meanwhile");
        Assert.All(taken, at => Assert.InRange(at - promotedAt, TimeSpan.Zero, TakenWithin));
        Assert.InRange(last, TimeSpan.Zero, SentWithin);
        Assert.All(troubles, host => Assert.NotEmpty(host));
        Assert.All(troubles.SelectMany(host => host), line => Assert.True(line.Value == 1, $"{line.Key} was said {line.Value} times"));
    }

    private static string Both(string direct, PostgresServer primary, PostgresServer standby)
    {
        var connection = new NpgsqlConnectionStringBuilder(direct);
        connection.Host = $"{connection.Host}:{primary.Port},{connection.Host}:{standby.Port}";
        connection.TargetSessionAttributes = "primary";
        return connection.ToString();
    }

    /// <summary>When the first POST was answered 201.</summary>
    private static async Task<DateTimeOffset> PostUntilTakenAsync(Cluster cluster, Ledger ledger, ApiUser user)
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(30);
        while (await ledger.PostAsync(user, cluster.Receiver.Url + "/", DateTimeOffset.UtcNow.AddSeconds(2)) is null)
        {
            Assert.True(DateTimeOffset.UtcNow < until, "posts are refused though the standby was promoted");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return DateTimeOffset.UtcNow;
    }
}
