using System.Collections.Concurrent;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Hangfire;
using Hangfire.States;
using Hangfire.Storage;

namespace Dispatch.Tests.Alarms;

/// <summary>
/// Scenario 16 of reliability.md: whatever an operator clicks in Hangfire's dashboard, here as its pages do it, a job is sent
/// once and on time.
/// </summary>
public abstract class HangfireOperatorTests(DatabaseProvider provider) : IAsyncLifetime
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    /// <summary>What its pages offer: "Enqueue now" and "Requeue" are the same change of state.</summary>
    private enum Click
    {
        Trigger,
        Delete,
        DeleteAndRequeue,
        Fail,
    }

    private TestHost host = null!;
    private Receiver receiver = null!;
    private ApiUser user = null!;

    private IBackgroundJobClient Hangfire => host.Service<IBackgroundJobClient>();

    private IMonitoringApi Books => host.Service<JobStorage>().GetMonitoringApi();

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.StartAsync(provider, $"--Delivery:RetryLadder={RetryDelay}", "--Delivery:MaxAttempts=2");
        receiver = await Receiver.StartAsync();
        user = await ApiUser.SignUpAsync(host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await receiver.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public Task A_job_scheduled_ahead_fires_once_and_not_early() => ForEachClickAsync(async click =>
    {
        var fireAt = In(5);
        var id = await user.ScheduleAsync(receiver.Url, fireAt);
        Do(click, await AlarmOfAsync(id));

        await user.JobWhenAsync(id, "SUCCESS");

        AssertArrived(id, fireAt, IsLost(click) ? 7 : 0);
        await AssertLoggedAsync(id, "SUCCESS");
    });

    [Fact]
    public async Task A_job_at_work_is_not_sent_again()
    {
        var answers = new ConcurrentDictionary<Guid, TaskCompletionSource>();
        receiver.Answer = (arrival, _) => answers.GetOrAdd(arrival.JobId, _ => new()).Task;
        await ForEachClickAsync(async click =>
        {
            var fireAt = In(1);
            var id = await user.ScheduleAsync(receiver.Url, fireAt);
            await receiver.WaitForAsync(a => a.JobId == id);
            Do(click, await AlarmOfAsync(id));
            await OneMoreIsDeliveredAsync();

            Assert.Equal("FIRING", (await user.JobAsync(id)).GetProperty("status").GetString());
            answers.GetOrAdd(id, _ => new()).SetResult();
            await user.JobWhenAsync(id, "SUCCESS");
            AssertArrived(id, fireAt, secondsLate: 0);
            await AssertLoggedAsync(id, "SUCCESS");
        });
    }

    [Fact]
    public async Task The_retry_of_a_job_clicked_while_at_work_comes_on_time()
    {
        var answers = new ConcurrentDictionary<Guid, TaskCompletionSource>();
        receiver.Answer = async (arrival, context) =>
        {
            if (receiver.Arrivals.Count(a => a.JobId == arrival.JobId) > 1) return;
            await answers.GetOrAdd(arrival.JobId, _ => new()).Task;
            context.Response.StatusCode = 500;
        };
        await ForEachClickAsync(async click =>
        {
            var id = await user.ScheduleAsync(receiver.Url, In(1));
            await receiver.WaitForAsync(a => a.JobId == id);
            Do(click, await AlarmOfAsync(id));
            answers.GetOrAdd(id, _ => new()).SetResult();

            var job = await user.JobWhenAsync(id, "SUCCESS");

            var due = ApiUser.DueOf(job, attempt: 2);
            Assert.True(due >= ApiUser.DueOf(job, attempt: 1) + RetryDelay, "the retry was due early");
            AssertRetried(id, due, secondsLate: 0);
            await AssertLoggedAsync(id, "SUCCESS", "FAILED");
        });
    }

    [Fact]
    public async Task A_failed_job_that_waits_for_its_retry_keeps_its_instant_and_its_status()
    {
        receiver.Answer = (arrival, context) =>
        {
            context.Response.StatusCode = receiver.Arrivals.Count(a => a.JobId == arrival.JobId) == 1 ? 500 : 200;
            return Task.CompletedTask;
        };
        await ForEachClickAsync(async click =>
        {
            var id = await user.ScheduleAsync(receiver.Url, In(1));
            var due = (await user.JobWhenAsync(id, "FAILED")).GetProperty("nextAttemptAt").GetDateTimeOffset();
            Do(click, await AlarmOfAsync(id, ScheduledState.StateName));

            await TimeProvider.System.WaitUntilAsync(due.AddSeconds(-5).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
            Assert.Equal("FAILED", (await user.JobAsync(id)).GetProperty("status").GetString());
            await user.JobWhenAsync(id, "SUCCESS");

            AssertRetried(id, due, IsLost(click) ? 7 : 0);
            await AssertLoggedAsync(id, "SUCCESS", "FAILED");
        });
    }

    [Theory]
    [InlineData("SUCCESS", "Succeeded")]
    [InlineData("DEAD", "Failed")]
    [InlineData("CANCELLED", "Scheduled")]
    public async Task A_job_that_has_ended_is_never_sent_again(string status, string hangfireState)
    {
        if (status == "DEAD")
        {
            receiver.Answer = (_, context) =>
            {
                context.Response.StatusCode = 500;
                return Task.CompletedTask;
            };
        }

        var id = await user.ScheduleAsync(receiver.Url, In(status == "CANCELLED" ? 5.5 : 1));   // Hangfire has alarms of the next 6 s
        if (status == "CANCELLED")
        {
            await AlarmOfAsync(id, hangfireState);
            await user.CancelAsync(id);
        }

        await user.JobWhenAsync(id, status);
        var sent = receiver.Arrivals.Count;
        var alarm = await AlarmOfAsync(id, hangfireState);
        var before = (await user.JobAsync(id)).GetRawText();

        foreach (var click in (Click[])[Click.Trigger, Click.Delete, Click.Trigger]) Do(click, alarm);
        await OneMoreIsDeliveredAsync();
        Do(Click.Trigger, alarm);
        await OneMoreIsDeliveredAsync();

        Assert.Equal(sent, receiver.Arrivals.Count(a => a.JobId == id));
        Assert.Equal(before, (await user.JobAsync(id)).GetRawText());
    }

    [Fact]
    public async Task Clicking_everything_at_random_changes_nothing_but_hangfires_books()
    {
        const int jobs = 60;
        var random = new Random(16);
        receiver.Answer = async (arrival, context) =>
        {
            await Task.Delay(random.Next(0, 300), context.RequestAborted);
            if (arrival.JobId.ToByteArray()[^1] % 3 == 0 && receiver.Arrivals.Count(a => a.JobId == arrival.JobId) == 1)
                context.Response.StatusCode = 500;
        };
        var due = new Dictionary<Guid, DateTimeOffset>();
        for (var i = 0; i < jobs; i++)
        {
            var fireAt = In(2 + (i * 0.05));
            due[await user.ScheduleAsync(receiver.Url, fireAt)] = fireAt;
        }

        using var over = new CancellationTokenSource();
        var clicking = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                foreach (var alarm in Alarms().Select(a => a.Id).ToArray()) if (random.Next(20) == 0) Do((Click)random.Next(3), alarm);
                await Task.Delay(20, CancellationToken.None);
            }
        }, CancellationToken.None);
        await TimeProvider.System.WaitUntilAsync(In(12).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        await over.CancelAsync();
        await clicking;

        foreach (var (id, fireAt) in due)
        {
            var job = await user.JobWhenAsync(id, "SUCCESS");
            var logs = job.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("status").GetString()).ToArray();
            Assert.Equal(job.GetProperty("retryCount").GetInt32() == 1 ? ["SUCCESS", "FAILED"] : ["SUCCESS"], logs);
            Assert.Equal(logs.Length, receiver.Arrivals.Count(a => a.JobId == id));
            Assert.DoesNotContain(receiver.Arrivals, a => a.JobId == id && a.At < fireAt);
        }
    }

    private static DateTimeOffset In(double seconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeMilliseconds());

    /// <summary>One job for each click, side by side.</summary>
    private static Task ForEachClickAsync(Func<Click, Task> test) => Task.WhenAll(Enum.GetValues<Click>().Select(async click =>
    {
        try
        {
            await test(click);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new InvalidOperationException($"After {click}: {exception.Message}", exception);
        }
    }));

    /// <summary>No alarm is left: the sweeper has to notice, 5 s after the job was due.</summary>
    private static bool IsLost(Click click) => click is Click.Delete or Click.Fail;

    private void Do(Click click, string alarm)
    {
        if (click is Click.Delete or Click.DeleteAndRequeue) Hangfire.Delete(alarm);
        if (click is Click.Trigger or Click.DeleteAndRequeue)
            Hangfire.ChangeState(alarm, new EnqueuedState { Reason = "Triggered via Dashboard UI" });
        if (click is Click.Fail) Hangfire.ChangeState(alarm, new FailedState(new InvalidOperationException("by hand")));
    }

    /// <summary>Hangfire's id of the job's alarm once it stands in that state, or in any.</summary>
    private async Task<string> AlarmOfAsync(Guid jobId, string? state = null)
    {
        var limit = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            var found = Alarms().FirstOrDefault(a =>
                a.JobId == jobId && (state is null || Books.JobDetails(a.Id)?.History[0].StateName == state)).Id;
            if (found is not null) return found;
            Assert.True(DateTime.UtcNow < limit, $"Hangfire has no alarm {state} of {jobId}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private IEnumerable<(Guid JobId, string Id)> Alarms()
    {
        var books = Books;
        var jobs = books.ScheduledJobs(0, 1000).Select(j => (j.Key, j.Value.Job))
            .Concat(books.ProcessingJobs(0, 1000).Select(j => (j.Key, j.Value.Job)))
            .Concat(books.SucceededJobs(0, 1000).Select(j => (j.Key, j.Value.Job)))
            .Concat(books.FailedJobs(0, 1000).Select(j => (j.Key, j.Value.Job)))
            .Concat(books.DeletedJobs(0, 1000).Select(j => (j.Key, j.Value.Job)))
            .Concat(books.EnqueuedJobs(host.Service<AlarmQueue>().Name, 0, 1000).Select(j => (j.Key, j.Value.Job)));
        return jobs.Where(j => j.Job is not null).Select(j => ((Guid)j.Job.Args[0], j.Key));
    }

    /// <summary>Time for a click to do harm: the engine takes and delivers another job from the same queue behind it.</summary>
    private async Task OneMoreIsDeliveredAsync()
    {
        await using var other = await Receiver.StartAsync();
        var id = await user.ScheduleAsync(other.Url, In(0.3));
        await other.WaitForAsync(a => a.JobId == id);
    }

    private void AssertArrived(Guid id, DateTimeOffset due, int secondsLate)
    {
        var arrival = Assert.Single(receiver.Arrivals, a => a.JobId == id);
        AssertOnTime(arrival, due, secondsLate);
    }

    private void AssertRetried(Guid id, DateTimeOffset due, int secondsLate)
    {
        var arrivals = receiver.Arrivals.Where(a => a.JobId == id).OrderBy(a => a.At).ToArray();
        Assert.Equal(2, arrivals.Length);
        AssertOnTime(arrivals[1], due, secondsLate);
    }

    // Four seconds for a busy machine: less than the sweeper takes to notice that an alarm is lost.
    private static void AssertOnTime(Arrival arrival, DateTimeOffset due, int secondsLate) =>
        Assert.InRange((arrival.At - due).TotalMilliseconds, 0, (secondsLate * 1000) + 4000);

    private async Task AssertLoggedAsync(Guid id, params string[] attempts) =>
        Assert.Equal(
            attempts,
            (await user.JobAsync(id)).GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("status").GetString()));
}

[Collection(nameof(AloneOnTheMachine))]
public sealed class HangfireOperatorOnSqlite() : HangfireOperatorTests(DatabaseProvider.Sqlite);

/// <summary>The one database that holds Hangfire's books as well.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class HangfireOperatorOnSqlServer() : HangfireOperatorTests(DatabaseProvider.SqlServer);
