using System.Net;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Faults;

/// <summary>Scenario 28 of reliability.md, with descriptors that are really missing: that is nobody's failure.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class OwnShortageTests : IDisposable
{
    private const int Limit = 1024;
    private const int GreedyJobs = 1500;
    private const int SlowReceivers = 12;

    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(1);

    private readonly TemporaryFolder folder = new();

    public OwnShortageTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are limited by ulimit and read from /proc");

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Providers))]
    public async Task Deliveries_leave_the_descriptors_that_the_host_and_other_accounts_need(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = await HostProcess.StartWithDescriptorsAsync(folder.Path, Limit, database.Settings);
        await using var good = await Receiver.StartAsync();
        using var other = await ApiUser.SignUpAsync(host.Url);
        var quiet = await LatenessAsync(other, good, () => Task.Delay(TimeSpan.FromSeconds(8), Ct));
        var mostOpen = 0;
        await ScheduleGreedyAsync(host, TimeSpan.FromSeconds(10), async slowOnesAreThrough =>
        {
            var beside = await LatenessAsync(other, good, async () =>
            {
                while (!await slowOnesAreThrough(database))
                {
                    mostOpen = Math.Max(mostOpen, Directory.GetFiles($"/proc/{host.Id}/fd").Length);
                    await AnswersNewConnectionsAsync(host, other, good);
                    await Task.Delay(500, Ct);
                }
            });
            TestContext.Current.SendDiagnosticMessage(
                $"scenario 28 on {provider}: at most {mostOpen} of {Limit} descriptors; the other account's {beside}; before that {quiet}");
            // What fails is 30 s late.
            Assert.InRange(beside.P(0.99), 0, Math.Max(2 * quiet.P(0.99), 100));
        });
        Assert.InRange(mostOpen, 0, Limit - 128);

        await using var db = await database.Contexts.CreateDbContextAsync(Ct);
        Assert.Equal(0, await db.Attempts.CountAsync(attempt => attempt.Status != AttemptStatus.Success, Ct));
        Assert.Contains("1024 file descriptors, which is enough for 128 deliveries at once", host.Output, StringComparison.Ordinal);
        Assert.Single(Watch.Troubles(host), line => line.Contains("Dispatch.", StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();

    /// <summary>One account's jobs for slow receivers, all due at one instant.</summary>
    /// <param name="meanwhile">Runs from shortly before that instant, and can ask whether they are through.</param>
    private static async Task ScheduleGreedyAsync(
        HostProcess host, TimeSpan ahead, Func<Func<TestDatabase, Task<bool>>, Task> meanwhile)
    {
        using var greedy = await ApiUser.SignUpAsync(host.Url);
        var slow = Enumerable.Range(0, SlowReceivers).Select(_ => new HostileReceiver(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await Task.Delay(Slowness, connection.Stopped);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        })).ToArray();
        try
        {
            var due = DateTimeOffset.UtcNow + ahead;
            await Parallel.ForAsync(0, GreedyJobs, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
                await greedy.ScheduleAsync(slow[i % SlowReceivers].Url.ToString(), due));
            await Watch.UntilAsync(due.AddSeconds(-3));
            var project = Guid.Parse(greedy.ProjectId);
            await meanwhile(async database =>
            {
                Assert.True(DateTimeOffset.UtcNow < due.AddMinutes(2), "the slow receivers' jobs are not through");
                await using var db = await database.Contexts.CreateDbContextAsync(Ct);
                return await db.Jobs.CountAsync(job => job.ProjectId == project && job.Status == JobStatus.Success, Ct) == GreedyJobs;
            });
        }
        finally
        {
            foreach (var receiver in slow) await receiver.DisposeAsync();
        }
    }

    /// <summary>How late 10 jobs a second are for as long as something else goes on.</summary>
    private static async Task<Lateness> LatenessAsync(ApiUser user, Receiver receiver, Func<Task> meanwhile)
    {
        var ledger = new Ledger();
        var load = new SteadyLoad(ledger, receiver.Url, perSecond: 10, () => user);
        await meanwhile();
        await load.EndAsync();
        await ledger.AllArriveAsync(receiver, TimeSpan.FromSeconds(10));
        return ledger.LatenessOf(receiver, (_, _) => true);
    }

    private static async Task AnswersNewConnectionsAsync(HostProcess host, ApiUser user, Receiver receiver)
    {
        using var http = new HttpClient();
        using var ready = await http.GetAsync(host.Url + "/health/ready", Ct);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        using var fresh = user.At(host.Url);
        await fresh.ScheduleAsync(receiver.Url, DateTimeOffset.UtcNow.AddHours(1));
    }
}
