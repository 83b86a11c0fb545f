using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>The case <c>dead-names</c>: one account's names whose name server never answers, beside another account's good one.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DeadNamesTests
{
    private const int DeadJobs = 600;

    private const int GoodJobs = 120;

    private const double AllowedMs = 100;

    private static readonly TimeSpan BetweenGoodJobs = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Dead_names_of_one_account_make_no_other_account_late()
    {
        await using var names = new NameServer(question => question.Name.StartsWith("good.", StringComparison.Ordinal)
            ? question.Addresses("127.0.0.1") : null);
        await using var receiver = await Receiver.StartAsync();
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(folder.Path, $"--Delivery:NameServers={names.EndPoint}");
        using var greedy = await ApiUser.SignUpAsync(host.Url);
        using var other = await ApiUser.SignUpAsync(host.Url);
        // A connection is kept for 4 s, so each job has a name of its own: each has to be looked up.
        var port = new Uri(receiver.Url).Port;
        var ledger = new Ledger();
        await ledger.PostAsync(other, $"http://good.warm.example:{port}/", DateTimeOffset.UtcNow.AddSeconds(1));
        await ledger.AllArriveAsync(receiver, TimeSpan.FromSeconds(10));

        // One pause of the machine decides the p99 of 120 jobs. A broken promise is broken each time.
        var jobs = new List<Guid>();
        var late = await MeasureAsync(1);
        for (var tries = 2; tries <= 3 && late.P(0.99) > AllowedMs; tries++) late = await MeasureAsync(tries);

        Assert.True(names.Questions.Count > DeadJobs, "The dead names were not looked up.");
        ledger.Compare(receiver).AssertEachOnce();
        foreach (var job in jobs)
        {
            var log = Assert.Single((await other.JobWhenAsync(job, "SUCCESS")).GetProperty("logs").EnumerateArray());
            Assert.Equal("SUCCESS", log.GetProperty("status").GetString());
        }

        Assert.InRange(late.P(0.99), 0, AllowedMs);

        async Task<Lateness> MeasureAsync(int round)
        {
            var due = DateTimeOffset.UtcNow.AddSeconds(4);
            await Parallel.ForAsync(
                0, DeadJobs, new ParallelOptions { MaxDegreeOfParallelism = 16 },
                async (i, _) => await greedy.ScheduleAsync($"http://dead{round}-{i}.example:{port}/", due));
            Assert.True(DateTimeOffset.UtcNow < due, "The machine was too busy to post the greedy account's jobs in time.");
            var posts = Enumerable.Range(0, GoodJobs).Select(i => ledger.PostAsync(
                other, $"http://good.n{round}-{i}.example:{port}/", due + (i * BetweenGoodJobs) - TimeSpan.FromMilliseconds(500)));
            var posted = (await Task.WhenAll(posts)).Select(id => id!.Value).ToHashSet();
            await ledger.AllArriveAsync(receiver, TimeSpan.FromSeconds(40));

            jobs.AddRange(posted);
            var measured = ledger.LatenessOf(receiver, (id, _) => posted.Contains(id));
            TestContext.Current.SendDiagnosticMessage($"dead-names: the other account's {measured}; {names.Questions.Count} questions");
            return measured;
        }
    }
}
