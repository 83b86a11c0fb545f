using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>Scenario 17 of reliability.md: the next millisecond, the far future, and 10,000 jobs due at one instant.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DueAtOnceTests
{
    private const int Jobs = 10_000;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Ten_thousand_jobs_due_at_one_instant_fire_once_each_and_none_early(DatabaseProvider provider)
    {
        await using var cluster = await Cluster.StartAsync(hosts: 1, provider);
        var user = cluster.Users[0];
        var far = await user.ScheduleAsync(cluster.Receiver.Url + "/far", new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero));
        // Timers end at 49.7 days.
        var beyondTimers = await user.ScheduleAsync(cluster.Receiver.Url + "/far", DateTimeOffset.UtcNow.AddDays(50));
        var (next, ahead) = await ScheduleNextMomentAsync(cluster);

        var ledger = new Ledger();
        var started = Stopwatch.StartNew();
        await cluster.PostAsync(ledger, host: 0, 500, _ => DateTimeOffset.UtcNow.AddSeconds(5));
        var due = DateTimeOffset.UtcNow + (started.Elapsed * Jobs / 500) + TimeSpan.FromSeconds(5);
        started.Restart();
        await cluster.PostAsync(ledger, host: 0, Jobs, _ => due);
        var posted = started.Elapsed;
        Assert.True(DateTimeOffset.UtcNow < due, "posting took longer than it had seemed");
        await ledger.AllArriveAsync(cluster.Receiver, due - DateTimeOffset.UtcNow + TimeSpan.FromSeconds(60));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(30));

        var arrived = Assert.Single(cluster.Receiver.Arrivals, a => a.JobId == next.Id);
        Assert.True(arrived.At >= next.FireAt, "early");
        foreach (var id in (Guid[])[far, beyondTimers])
            Assert.Equal("SCHEDULED", (await user.JobAsync(id)).GetProperty("status").GetString());
        Assert.DoesNotContain(cluster.Receiver.Arrivals, a => a.Path == "/far");
        ledger.Compare(cluster.Receiver, path: "/").AssertEachOnce();
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 17 on {provider}: {Jobs:N0} jobs due at one instant, posted in {posted.TotalSeconds:0.0} s: each once, none early; "
            + $"{ledger.LatenessOf(cluster.Receiver, (_, at) => at.ToUnixTimeMilliseconds() == due.ToUnixTimeMilliseconds())}; "
            + $"a job {ahead} ms ahead was accepted and came {(arrived.At - next.FireAt).TotalMilliseconds:0.0} ms late");
    }

    /// <summary>A millisecond ahead, or as little more as the way to the host allows: what is 201 fires.</summary>
    private static async Task<((Guid Id, DateTimeOffset FireAt) Job, int Ahead)> ScheduleNextMomentAsync(Cluster cluster)
    {
        for (var i = 0; ; i++)
        {
            var ahead = 1 + (i / 20);
            var fireAt = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + ahead);
            using var response = await cluster.Users[0].PostJobAsync(cluster.Receiver.Url + "/next", fireAt);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            if (response.StatusCode == HttpStatusCode.Created)
                return ((answer.GetProperty("data").GetProperty("id").GetGuid(), fireAt), ahead);
            Assert.Equal("fire_at_in_past", answer.GetProperty("error").GetProperty("code").GetString());
            Assert.True(ahead < 100, "the host is never reached within 100 ms");
        }
    }
}
