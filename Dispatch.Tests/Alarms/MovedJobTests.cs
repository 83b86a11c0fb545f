using System.Collections.Concurrent;
using Dispatch.Alarms;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Jobs;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Hangfire;
using Hangfire.States;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Alarms;

/// <summary>A job that is moved arrives once, at its last time: by one host, or by two that move each other's.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class MovedJobTests
{
    private const double Hour = 3600;

    /// <summary>In seconds ahead, each at its time; the first is the time of the POST.</summary>
    private static readonly double[][] Journeys =
    [
        [1, 2],
        [2, 1],
        [1, Hour, 1],
        [Hour, 1],
        [8, 1, 9, 2],
        [1, 0],
        [Hour, -5],
        [2, 2, 2, 2, 2],
    ];

    public static TheoryData<DatabaseProvider> Hosts => HostPair.Providers;

    [Fact]
    public async Task A_moved_job_arrives_once_and_at_its_last_time()
    {
        await using var host = await TestHost.StartAsync();
        await JourneysAsync([host]);
    }

    [Theory, MemberData(nameof(Hosts))]
    public async Task A_job_moved_by_another_host_arrives_once_and_in_time(DatabaseProvider provider)
    {
        await using var pair = await HostPair.StartAsync(provider);
        await JourneysAsync([pair.A, pair.B]);
    }

    [Fact]
    public async Task A_failed_job_that_is_moved_stays_failed_until_shortly_before()
    {
        await using var host = await TestHost.StartAsync("--Delivery:RetryLadder=01:00:00", "--Delivery:MaxAttempts=2");
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(host.Url);
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = receiver.Arrivals.Count == 1 ? 500 : 200;
            return Task.CompletedTask;
        };
        var first = In(1);
        var id = await user.ScheduleAsync(receiver.Url, first);
        await user.JobWhenAsync(id, "FAILED");

        var due = In(6);
        Assert.Equal(MoveOutcome.Moved, await MoveAsync(host, user, id, due));
        await TimeProvider.System.WaitUntilAsync(due.AddSeconds(-4.5).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        Assert.Equal("FAILED", (await user.JobAsync(id)).GetProperty("status").GetString());
        var job = await user.JobWhenAsync(id, "SUCCESS");

        AssertOnTime(receiver.Arrivals.OrderBy(a => a.At).Last(), due);
        Assert.Equal((2, first), (receiver.Arrivals.Count, job.GetProperty("fireAt").GetDateTimeOffset()));
    }

    [Fact]
    public async Task An_old_alarm_that_is_triggered_by_hand_does_nothing()
    {
        await using var host = await TestHost.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(host.Url);
        var old = In(5);
        var id = await user.ScheduleAsync(receiver.Url + "/moved", old);
        var alarm = await AlarmAsync(host, id);
        Assert.Equal(MoveOutcome.Moved, await MoveAsync(host, user, id, In(Hour)));
        var before = (await user.JobAsync(id)).GetRawText();

        for (var i = 0; i < 2; i++)   // early, and when its time has come
        {
            host.Service<IBackgroundJobClient>().ChangeState(alarm, new EnqueuedState { Reason = "Triggered via Dashboard UI" });
            await TimeProvider.System.WaitUntilAsync(old.AddMilliseconds(300).ToUnixTimeMilliseconds(), CancellationToken.None);
        }

        var other = await user.ScheduleSoonAsync(receiver.Url, 500);   // through the same queue, behind it
        await user.JobWhenAsync(other, "SUCCESS");
        Assert.Equal(before, (await user.JobAsync(id)).GetRawText());
        Assert.DoesNotContain(receiver.Arrivals, a => a.JobId == id);

        var due = In(1);
        await MoveAsync(host, user, id, due);
        await user.JobWhenAsync(id, "SUCCESS");
        AssertOnTime(Assert.Single(receiver.Arrivals, a => a.JobId == id), due);
    }

    [Fact]
    public async Task A_thousand_moves_of_a_job_leave_nothing_behind()
    {
        const int moves = 1000;
        await using var host = await TestHost.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(host.Url);
        var (roster, worker) = (host.Service<AlarmRoster>(), host.Service<DeliveryWorker>());
        var id = await user.ScheduleAsync(receiver.Url, In(5));

        var due = In(5);
        for (var i = 0; i < moves; i++)
        {
            due = In(2.8);   // the alarm rings at once, and its task waits
            Assert.Equal(MoveOutcome.Moved, await MoveAsync(host, user, id, due));
        }

        await UntilAsync(() => AtWork().SequenceEqual([moves]));
        Assert.Equal(1, roster.Counted);
        await user.JobWhenAsync(id, "SUCCESS");
        AssertOnTime(Assert.Single(receiver.Arrivals, a => a.JobId == id), due);
        await UntilAsync(() => !AtWork().Any() && roster.Counted == 0);

        IEnumerable<int> AtWork() => Enumerable.Range(0, moves + 1).Where(move => worker.IsAtWork(new AlarmId(id, 0, move)));
    }

    [Fact]
    public async Task A_cancelled_job_leaves_no_alarm_in_the_roster()
    {
        await using var host = await TestHost.StartAsync();
        using var user = await ApiUser.SignUpAsync(host.Url);
        var id = await user.ScheduleAsync("http://127.0.0.1:9/", In(60));
        Assert.True(host.Service<AlarmRoster>().Has(new AlarmId(id, 0, 0)));

        await user.CancelAsync(id);

        Assert.Equal(0, host.Service<AlarmRoster>().Counted);
    }

    /// <summary>All of them side by side, each move by the next host.</summary>
    private static async Task JourneysAsync(TestHost[] hosts)
    {
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(hosts[0].Url);
        for (var warmUp = 0; warmUp < hosts.Length; warmUp++)
        {
            var (id, _) = await JourneyAsync(hosts, user, receiver, [Hour, 1], warmUp);
            await user.JobWhenAsync(id, "SUCCESS", TimeSpan.FromSeconds(20));
        }


        var lateness = new ConcurrentBag<double>();
        await Task.WhenAll(Journeys.Select(async (journey, first) =>
        {
            var (id, due) = await JourneyAsync(hosts, user, receiver, journey, first);
            await user.JobWhenAsync(id, "SUCCESS", TimeSpan.FromSeconds(20));
            var arrival = Assert.Single(receiver.Arrivals, a => a.JobId == id);
            AssertOnTime(arrival, due);
            lateness.Add((arrival.At - due).TotalMilliseconds);
        }));
        var last = receiver.Arrivals.Count;
        // The proof of an absence: alarms of earlier times, at most 9 s ahead, ring meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(9), TestContext.Current.CancellationToken);
        Assert.Equal(last, receiver.Arrivals.Count);
        Assert.All(receiver.Arrivals.CountBy(a => a.JobId), job => Assert.Equal(1, job.Value));
        TestContext.Current.SendDiagnosticMessage(
            $"moved jobs on {hosts.Length} host(s) came late by {string.Join(", ", lateness.Order().Select(ms => $"{ms:0.0}"))} ms");
    }

    /// <summary>The job, and its last time. Anew with another job if the machine was too busy to move it before its time.</summary>
    private static async Task<(Guid Id, DateTimeOffset Due)> JourneyAsync(
        TestHost[] hosts, ApiUser user, Receiver receiver, double[] journey, int first)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var due = In(journey[0]);
            var id = await user.ScheduleAsync(receiver.Url, due);
            var outcome = MoveOutcome.Moved;
            foreach (var (at, seconds) in journey.Skip(1).Index())
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);   // so that the alarm before is at work where it is near
                if (outcome != MoveOutcome.Moved) break;
                due = In(seconds);
                var before = DateTimeOffset.UtcNow;
                outcome = await MoveAsync(hosts[(first + at + 1) % hosts.Length], user, id, due);
                if (seconds <= 0) due = before;
            }

            if (outcome == MoveOutcome.Moved) return (id, DateTimeOffset.FromUnixTimeMilliseconds(due.ToUnixTimeMilliseconds()));
            await receiver.WaitForAsync(a => a.JobId == id);
        }

        throw new Xunit.Sdk.XunitException("The machine is too busy to move a job a second before its time.");
    }

    private static async Task<MoveOutcome> MoveAsync(TestHost host, ApiUser user, Guid id, DateTimeOffset to)
    {
        await using var db = await host.Service<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();
        var job = await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == id);
        return await host.Service<JobService>()
            .MoveAsync(job.AccountId, Guid.Parse(user.ProjectId), id, to.ToUnixTimeMilliseconds());
    }

    private static async Task<string> AlarmAsync(TestHost host, Guid jobId)
    {
        string? found = null;
        var monitoring = host.Service<JobStorage>().GetMonitoringApi();
        await UntilAsync(() => (found = monitoring.ScheduledJobs(0, 1000)
            .FirstOrDefault(job => job.Value.Job?.Args[0] is Guid id && id == jobId).Key) is not null);
        return found!;
    }

    private static DateTimeOffset In(double seconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeMilliseconds());

    // Four seconds for a busy machine: less than the sweeper takes to notice that an alarm is lost.
    private static void AssertOnTime(Arrival arrival, DateTimeOffset due) =>
        Assert.InRange((arrival.At - due).TotalMilliseconds, 0, 4000);

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var until = DateTime.UtcNow.AddSeconds(10); !holds() && DateTime.UtcNow < until;)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.True(holds());
    }
}
