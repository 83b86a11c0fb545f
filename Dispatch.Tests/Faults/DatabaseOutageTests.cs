using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 4 of reliability.md: PostgreSQL is gone while jobs come due, and comes back.
/// Two hosts, neither restarted; a server with full durability.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DatabaseOutageTests
{
    private static readonly TimeSpan SentWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public Task Jobs_that_come_due_while_the_database_is_gone_fire_once_it_is_back() => OutageAsync(TimeSpan.FromSeconds(12));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Jobs_that_come_due_while_the_database_is_gone_for_30_seconds_fire_once_it_is_back() =>
        OutageAsync(TimeSpan.FromSeconds(30));

    private static async Task OutageAsync(TimeSpan outage)
    {
        await using var server = await DatabaseServers.StartPostgresAsync();
        await using var cluster = await Cluster.StartOnAsync(server);
        var ledger = new Ledger();
        var stop = DateTimeOffset.UtcNow.AddSeconds(8);
        var back = stop + outage;
        // 40 a second from before it to after it, through both hosts.
        var count = (int)(outage.TotalSeconds + 6) * 20;
        for (var host = 0; host < 2; host++) await cluster.PostAsync(ledger, host, count, i => stop.AddMilliseconds(-3000 + (i * 50)));
        Assert.True(DateTimeOffset.UtcNow < stop.AddSeconds(-1), "posting took too long");

        await TimeProvider.System.WaitUntilAsync(stop.ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        await server.StopAsync();
        var stopped = DateTimeOffset.UtcNow;
        var slowest = await AskWhileGoneAsync(cluster, ledger, back);
        var gone = DateTimeOffset.UtcNow;
        await server.StartAgainAsync();
        var returned = DateTimeOffset.UtcNow;
        var accepted = await PostUntilAcceptedAsync(cluster, ledger);
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(30));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        var findings = ledger.Compare(cluster.Receiver);
        findings.AssertEachOnce();
        Assert.Empty(await cluster.InterruptedAsync());
        // Claimed durably up to 100 ms ahead, and a moment to arrive; later than that, whatever arrives was sent without a claim.
        Assert.DoesNotContain(cluster.Receiver.Arrivals, a => a.At > stopped.AddMilliseconds(500) && a.At < gone);
        var overdue = ledger.Acknowledged.Where(job => job.Value > stopped && job.Value < returned).Select(job => job.Key).ToHashSet();
        Assert.True(overdue.Count > outage.TotalSeconds * 30, $"only {overdue.Count} jobs came due meanwhile");
        var last = cluster.Receiver.Arrivals.Where(a => overdue.Contains(a.JobId)).Max(a => a.At) - returned;
        Assert.InRange(last, TimeSpan.Zero, SentWithin);
        Assert.All(cluster.Hosts, host => Assert.True(host.IsRunning));

        TestContext.Current.SendDiagnosticMessage(
            $"scenario 4, PostgreSQL gone for {(returned - stopped).TotalSeconds:0.0} s: {ledger.Acknowledged.Count} jobs acknowledged, "
            + $"{overdue.Count} came due meanwhile, none was sent meanwhile; "
            + $"all of those had arrived {last.TotalSeconds:0.00} s after its return, "
            + $"the first POST was accepted after {accepted.TotalSeconds:0.00} s; lost 0, twice 0; "
            + $"{ledger.Unavailable} posts answered 503, the slowest answer took {slowest.TotalSeconds:0.00} s; "
            + $"due before: {ledger.LatenessOf(cluster.Receiver, (_, at) => at < stopped.AddMilliseconds(-100))}; "
            + $"due after: {ledger.LatenessOf(cluster.Receiver, (_, at) => at > returned.AddSeconds(1))}");
    }

    /// <summary>
    /// Every call answers 503 in the envelope, soon; the process says that it lives and is not ready. Returns the slowest answer's time.
    /// </summary>
    private static async Task<TimeSpan> AskWhileGoneAsync(Cluster cluster, Ledger ledger, DateTimeOffset until)
    {
        var slowest = TimeSpan.Zero;
        for (var i = 0; DateTimeOffset.UtcNow < until; i++)
        {
            var (user, host, begun) = (cluster.Users[i % 2], cluster.Hosts[i % 2], DateTimeOffset.UtcNow);
            var before = ledger.Unavailable;
            Assert.Null(await ledger.PostAsync(user, cluster.Receiver.Url + "/", DateTimeOffset.UtcNow.AddMinutes(1)));
            Assert.Equal(before + 1, ledger.Unavailable);
            foreach (var call in (Func<Task<HttpResponseMessage>>[])
            [
                () => user.PostJobAsync(cluster.Receiver.Url, DateTimeOffset.UtcNow.AddMinutes(1)),
                () => user.SendWithKeyAsync(HttpMethod.Post, "jobs", "{}"),
                () => user.SendWithKeyAsync(HttpMethod.Get, "jobs"),
                () => user.SendAsync(HttpMethod.Get, $"jobs/{ledger.Acknowledged.Keys.First()}"),
                () => user.SendWithKeyAsync(HttpMethod.Delete, $"jobs/{ledger.Acknowledged.Keys.First()}"),
                () => user.SendAsync(HttpMethod.Get, "projects"),
                // More would be 429.
                .. i < 4
                    ? (Func<Task<HttpResponseMessage>>[])
                        [() => user.SendAsync(HttpMethod.Post, "auth/login", new { email = "ada@example.com", password = "a password" })]
                    : [],
            ])
            {
                using var response = await call();
                var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
                Assert.True(
                    response.StatusCode == HttpStatusCode.ServiceUnavailable,
                    $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.PathAndQuery}: "
                    + $"{(int)response.StatusCode} {envelope}");
                Assert.Equal(
                    (false, "storage_unavailable"),
                    (envelope.GetProperty("status").GetBoolean(), envelope.GetProperty("error").GetProperty("code").GetString()));
                Assert.True(response.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1), "no Retry-After");
            }

            if (DateTimeOffset.UtcNow - begun is var took && took > slowest) slowest = took;
            using var http = new HttpClient { BaseAddress = new Uri(host.Url) };
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode);
            Assert.Equal(
                HttpStatusCode.ServiceUnavailable,
                (await http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        return slowest;
    }

    private static async Task<TimeSpan> PostUntilAcceptedAsync(Cluster cluster, Ledger ledger)
    {
        var begun = DateTimeOffset.UtcNow;
        for (var host = 0; host < 2; host++)
        {
            while (await ledger.PostAsync(cluster.Users[host], cluster.Receiver.Url + "/", DateTimeOffset.UtcNow.AddSeconds(2)) is null)
            {
                Assert.True(DateTimeOffset.UtcNow - begun < SentWithin, "posts are refused though the database is back");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        return DateTimeOffset.UtcNow - begun;
    }
}
