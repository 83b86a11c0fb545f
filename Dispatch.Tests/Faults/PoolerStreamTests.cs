using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Tests.Faults;

/// <summary>Scenario 23 of reliability.md: two hosts behind a pooler in transaction mode, which is restarted under load.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class PoolerStreamTests
{
    private const int PerSecond = 50;

    [Fact]
    public Task Hosts_behind_a_pooler_lose_and_double_nothing_when_it_is_restarted() => StreamAsync(TimeSpan.FromSeconds(20));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Hosts_behind_a_pooler_lose_and_double_nothing_in_ten_minutes() => StreamAsync(TimeSpan.FromMinutes(10));

    private static async Task StreamAsync(TimeSpan time)
    {
        await using var server = await DatabaseServers.StartPostgresAsync();
        await using var pooler = await PgBouncer.StartAsync(server, "transaction");
        await using var cluster = await Cluster.StartOnAsync(server, hosts: 2, _ => pooler.ConnectionString("dispatch"));
        await cluster.WarmUpAsync();

        var (ledger, turn) = (new Ledger(), 0);
        var load = new SteadyLoad(
            ledger, cluster.Receiver.Url + "/", PerSecond, () => cluster.Users[Interlocked.Increment(ref turn) % cluster.Users.Count]);
        await Task.Delay(time / 2, TestContext.Current.CancellationToken);
        var (goneAt, before) = (DateTimeOffset.UtcNow, ledger.Unavailable);
        await pooler.KillAsync();
        await pooler.StartAgainAsync();
        NpgsqlConnection.ClearAllPools();   // the test's own are gone, too
        var backAt = DateTimeOffset.UtcNow;
        await Task.Delay(time / 2, TestContext.Current.CancellationToken);
        await load.EndAsync();
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(30));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        var (findings, interrupted) = (ledger.Compare(cluster.Receiver), await cluster.InterruptedAsync());
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 23, a pooler in transaction mode for {time.TotalSeconds:0} s, "
            + $"gone for {(backAt - goneAt).TotalSeconds:0.0} s in the midst: "
            + $"{ledger.Acknowledged.Count} jobs, twice {findings.Twice.Count}, interrupted {interrupted.Count}; "
            + $"posts answered 503 before {before}, since {ledger.Unavailable - before}; "
            + $"due before: {ledger.LatenessOf(cluster.Receiver, (_, at) => at < goneAt)}; "
            + $"since: {ledger.LatenessOf(cluster.Receiver, (_, at) => at >= goneAt)}");
        findings.AssertEachOnce();
        Assert.Empty(interrupted);
        Assert.Equal(0, before);
        Assert.True(ledger.Acknowledged.Count > time.TotalSeconds * PerSecond * 0.8, $"only {ledger.Acknowledged.Count} jobs were taken");
    }
}
