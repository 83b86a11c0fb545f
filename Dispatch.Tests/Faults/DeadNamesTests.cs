using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>The case <c>dead-names</c>: one account's names whose name server never answers, beside another account's good one.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DeadNamesTests
{
    private const int DeadJobs = 600;

    private const int GoodJobs = 120;

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

        var due = DateTimeOffset.UtcNow.AddSeconds(4);
        await Parallel.ForAsync(
            0, DeadJobs, new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, _) => await greedy.ScheduleAsync($"http://dead{i}.example:{port}/", due));
        Assert.True(DateTimeOffset.UtcNow < due, "The machine was too busy to post the greedy account's jobs in time.");
        var posts = Enumerable.Range(0, GoodJobs).Select(i =>
            ledger.PostAsync(other, $"http://good.n{i}.example:{port}/", due + (i * BetweenGoodJobs) - TimeSpan.FromMilliseconds(500)));
        var jobs = (await Task.WhenAll(posts)).Select(id => id!.Value).ToArray();
        await ledger.AllArriveAsync(receiver, TimeSpan.FromSeconds(40));

        var late = ledger.LatenessOf(receiver, (id, _) => jobs.Contains(id));
        TestContext.Current.SendDiagnosticMessage($"dead-names: the other account's {late}; {names.Questions.Count} questions");
        Assert.True(names.Questions.Count > DeadJobs, "The dead names were not looked up.");
        ledger.Compare(receiver).AssertEachOnce();
        foreach (var job in jobs)
        {
            var log = Assert.Single((await other.JobWhenAsync(job, "SUCCESS")).GetProperty("logs").EnumerateArray());
            Assert.Equal("SUCCESS", log.GetProperty("status").GetString());
        }

        Assert.InRange(late.P(0.99), 0, 100);
    }
}
