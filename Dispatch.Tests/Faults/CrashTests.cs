using System.Collections.Concurrent;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Real host processes, killed. Scenarios 1, 2, 3, 9 and 14 of reliability.md.
/// On a server, the host that comes next waits until the one before counts as dead.
/// </summary>
public abstract class CrashTests(DatabaseProvider provider) : IAsyncLifetime
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);   // time to kill the host before the retry


    private readonly TemporaryFolder folder = new();
    private DatabaseOptions database = null!;
    private Receiver receiver = null!;
    private HostProcess host = null!;
    private ApiUser user = null!;

    private string[] Settings => [$"--Delivery:RetryLadder={RetryDelay}", .. DatabaseServers.AsSettings(database)];

    public async ValueTask InitializeAsync()
    {
        database = await DatabaseServers.CreateAsync(provider, folder.Path);
        receiver = await Receiver.StartAsync();
        host = await HostProcess.StartAsync(folder.Path, Settings);
        user = await ApiUser.SignUpAsync(host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await host.DisposeAsync();
        await receiver.DisposeAsync();
        await DatabaseServers.DropAsync(database);
        folder.Dispose();
    }

    [Fact]
    public Task Nothing_acknowledged_is_lost_when_the_host_is_killed_again_and_again_under_load() =>
        KillUnderLoadAsync(kills: provider == DatabaseProvider.Sqlite ? 8 : 4);

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Nothing_acknowledged_is_lost_when_the_host_is_killed_100_times_under_load() => KillUnderLoadAsync(kills: 100);

    [Fact]
    public async Task Killed_after_the_receiver_got_it_the_attempt_is_interrupted_and_sent_once_more()
    {
        receiver.Answer = (_, context) => receiver.Arrivals.Count == 1
            ? Task.Delay(Timeout.Infinite, context.RequestAborted)
            : Task.CompletedTask;
        var id = await user.ScheduleSoonAsync(receiver.Url, 500);
        await receiver.WaitForAsync(a => a.JobId == id);
        await host.KillAsync();
        await RestartAsync();

        var job = await user.JobWhenAsync(id, "SUCCESS");

        Assert.Equal(2, receiver.Arrivals.Count(a => a.JobId == id));
        Assert.Equal(0, job.GetProperty("retryCount").GetInt32());
        Assert.Equal(["SUCCESS", "INTERRUPTED"], job.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Killed_before_the_request_leaves_the_job_is_sent_exactly_once()
    {
        // Nobody listens yet: the connection is refused or never made, so nothing can have arrived before the kill.
        var port = new Uri(receiver.Url).Port;
        await receiver.DisposeAsync();
        var id = await user.ScheduleSoonAsync($"http://127.0.0.1:{port}/", 1200);
        // Claimed 100 ms ahead: FIRING, not yet sent.
        var due = (await user.JobAsync(id)).GetProperty("fireAt").GetDateTimeOffset();
        var untilClaimed = due.AddMilliseconds(-50) - DateTimeOffset.UtcNow;
        if (untilClaimed > TimeSpan.Zero) await Task.Delay(untilClaimed, TestContext.Current.CancellationToken);
        await host.KillAsync();
        receiver = await Receiver.StartAsync(port);
        await RestartAsync();

        await user.JobWhenAsync(id, "SUCCESS");
        Assert.Single(receiver.Arrivals);
    }

    [Fact]
    public async Task A_retry_survives_a_crash_and_comes_neither_earlier_nor_twice()
    {
        receiver.Answer = (arrival, context) =>
        {
            context.Response.StatusCode = receiver.Arrivals.Count(a => a.JobId == arrival.JobId) == 1 ? 500 : 200;
            return Task.CompletedTask;
        };
        var id = await KillBeforeRetryAsync();
        await RestartAsync();

        var job = await user.JobWhenAsync(id, "SUCCESS");

        Assert.Equal(1, job.GetProperty("retryCount").GetInt32());
        var failed = job.GetProperty("logs").EnumerateArray().Single(l => l.GetProperty("attempt").GetInt32() == 1);
        var endedAt = failed.GetProperty("firedAt").GetDateTimeOffset().AddMilliseconds(failed.GetProperty("durationMs").GetInt64());
        var arrivals = receiver.Arrivals.Where(a => a.JobId == id).OrderBy(a => a.At).ToArray();
        Assert.Equal(2, arrivals.Length);
        var due = ApiUser.DueOf(job, attempt: 2);
        Assert.True(due >= endedAt + RetryDelay, "the retry was due early");
        Assert.True(arrivals[1].At >= due, "the retry came early");
    }

    [Fact]
    public async Task Sigterm_in_a_burst_finishes_what_is_on_the_wire_and_the_next_start_sends_the_rest()
    {
        receiver.Answer = (_, context) => Task.Delay(500, context.RequestAborted);
        var due = DateTimeOffset.UtcNow.AddSeconds(8);   // time for a cold host on a busy machine to take them all
        var ids = new ConcurrentBag<Guid>();
        await Parallel.ForAsync(
            0,
            1000,
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (_, _) => ids.Add(await user.ScheduleAsync(receiver.Url, due)));
        await receiver.WaitForAsync(_ => true);

        Assert.Equal(0, await host.TerminateAsync());
        await RestartAsync();

        await receiver.WaitForAsync(_ => true, 1000);
        foreach (var id in ids) await user.JobWhenAsync(id, "SUCCESS");
        Assert.Equal(1000, receiver.Arrivals.Count);
        Assert.Equal(1000, receiver.Arrivals.Select(a => a.JobId).Distinct().Count());
    }

    [Fact]
    public async Task Overdue_jobs_fire_after_a_start_oldest_first()
    {
        const int jobs = 4000;
        const int atOnce = 2000;   // so many overdue jobs are armed together; among them the order is the wire's
        var due = DateTimeOffset.UtcNow.AddSeconds(10);
        var ids = new Guid[jobs];
        await Parallel.ForAsync(
            0,
            jobs,
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, _) => ids[i] = await user.ScheduleAsync(receiver.Url, due.AddMilliseconds(i / 10)));
        await host.KillAsync();
        Assert.Empty(receiver.Arrivals);
        await TimeProvider.System.WaitUntilAsync(due.AddMilliseconds(500).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        await RestartAsync();

        var arrivals = await receiver.WaitForAsync(_ => true, jobs);

        Assert.Equal(ids.Order(), arrivals.Select(a => a.JobId).Order());
        var place = ids.Select((id, at) => (id, at)).ToDictionary(p => p.id, p => p.at);
        Assert.All(
            arrivals.Select((a, at) => place[a.JobId] - at),
            ahead => Assert.True(ahead <= atOnce, $"a job overtook {ahead} older ones"));
    }

    private async Task KillUnderLoadAsync(int kills)
    {
        var random = new Random(1);
        var ledger = new Ledger();
        var load = new SteadyLoad(ledger, receiver.Url + "/", perSecond: 100, () => user);
        for (var i = 0; i < kills; i++)
        {
            await Task.Delay(random.Next(300, 1500), TestContext.Current.CancellationToken);
            await host.KillAsync();
            await RestartAsync();
        }

        await load.EndAsync();
        await ledger.AllArriveAsync(receiver, TimeSpan.FromSeconds(30));
        foreach (var id in ledger.Acknowledged.Keys) await user.JobWhenAsync(id, "SUCCESS");

        var findings = ledger.Compare(receiver);
        findings.AssertNoneLostOrEarly();
        Assert.True(ledger.Acknowledged.Count > kills * 20, $"only {ledger.Acknowledged.Count} jobs: the load was not run");
        foreach (var (id, arrivals) in findings.Twice)
        {
            var logs = (await user.JobAsync(id)).GetProperty("logs").EnumerateArray()
                .Select(l => l.GetProperty("status").GetString())
                .ToArray();
            Assert.True(logs.Length >= arrivals.Length, $"{arrivals.Length} arrivals, {logs.Length} attempts logged");
            Assert.Contains("INTERRUPTED", logs);   // a duplicate was on the wire when the host died
        }

        TestContext.Current.SendDiagnosticMessage(
            $"scenario 1 on {provider}, {kills} kills under 100 POST/s: {ledger.Acknowledged.Count} acknowledged, "
            + $"{ledger.InDoubt} in doubt, lost 0, twice {findings.Twice.Count}");
    }

    /// <summary>
    /// Kills the host between a job's failed attempt and its retry. If the machine was too busy to be in time, it tries with another job.
    /// </summary>
    private async Task<Guid> KillBeforeRetryAsync()
    {
        for (var left = 5; ; left--)
        {
            var id = await user.ScheduleSoonAsync(receiver.Url, 300);
            await user.JobAttemptedAsync(id);
            await host.KillAsync();
            if (receiver.Arrivals.Count(a => a.JobId == id) == 1) return id;

            Assert.True(left > 1, "The retry was sent before the host could be killed, five times.");
            await RestartAsync();
        }
    }

    private async Task RestartAsync()
    {
        // The same address: clients and their connections know no other.
        var port = new Uri(host.Url).Port;
        await host.DisposeAsync();
        host = await HostProcess.StartAsync(folder.Path, port, Settings);
    }
}

public sealed class CrashOnSqlite() : CrashTests(DatabaseProvider.Sqlite);

public sealed class CrashOnPostgres() : CrashTests(DatabaseProvider.Postgres);

public sealed class CrashOnSqlServer() : CrashTests(DatabaseProvider.SqlServer);
