using Dispatch.Bench.Contestants;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>A greedy account whose receivers are silent, slow, closed or have no address.</summary>
internal static class Receivers
{
    private const int HostageJobs = 5_000;
    private const int ProjectJobs = 3_000;
    private const int DeadNames = 600;
    private const int InboxJobs = 1_200;
    private const int ShortageJobs = 3_000;
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(15);

    public static Row Hostage { get; } = WithPeers(FairRow.Of(
        "hostage",
        "two accounts have 5,000 jobs each to 20 receivers of their own that never answer (peers, which know no accounts: 5,000 to five)",
        new Greed(HostageAsync) { Rate = 500 }, new Bound("p99 ms", AtMost: 10)));

    public static Row ThreeProjects { get; } = FairRow.Of(
        "three-projects", "one account has 3,000 jobs in each of three projects, due in one millisecond, to 20 receivers that never answer",
        new Greed(ThreeProjectsAsync));

    public static Row Names { get; } = FairRow.Of(
        "dead-names", "one account has 600 jobs, due in one millisecond, to 600 names whose name server never answers; "
            + "the other's receiver has a name that is answered at once, and is looked up for each delivery",
        new Greed(DeadNamesAsync)
        {
            Rate = 5,
            ReceiverAsync = (hosts, other) => Task.FromResult<OthersReceiver>(new OthersReceiver.Path(
                hosts.Receiver, hosts.Receiver.NamedUrlOf(other.Name, NameServer.Good), other.Name)),
        }) with
        {
            CreateHosts = (onPostgres, seed) =>
                new DispatchHosts(onPostgres, seed: seed) { Command = new HostCommand(Names: NameServerOfHost()) },
        };

    public static Row SlowInbox { get; } = FairRow.Of(
        "one-inbox-slow", "one account's inbox answers after 60 s, and it has 1,200 jobs to it; the other's jobs go to its own inbox",
        new Greed(SlowInboxAsync)
        {
            ReceiverAsync = async (_, other) =>
                new OthersReceiver.Inbox(other, (await other.InboxAsync()).GetProperty("url").GetString()!),
        });

    public static Row Shortage { get; } = FairRow.Of(
        "own-shortage",
        "the host may open 1,024 files and sockets (`ulimit -n 1024`); one account has 3,000 jobs, due in one millisecond, "
            + "to 12 receivers that answer after 5 s",
        new Greed(ShortageAsync), new Bound("greedy attempts failed", AtMost: 0)) with
        {
            CreateHosts = (onPostgres, seed) => new DispatchHosts(onPostgres, seed: seed) { Command = new HostCommand(Descriptors: 1024) },
        };

    /// <summary>The same row for schedulers without accounts.</summary>
    private static Row WithPeers(Row row) => row with
    {
        Lead = new Lead("p99 ms", MoreIsBetter: false),
        MeasureAsync = contestant => contestant is DispatchHosts ? row.MeasureAsync(contestant) : Delivering.HostageAsync(contestant),
    };

    private static async Task HostageAsync(Stage stage)
    {
        using var one = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        using var two = await Account.SignUpAsync(stage.Hosts.Url, "greedy2", FairRow.SecondGreedyAddress);
        using var silent = new SlowReceivers(40, answerAfter: null);
        var due = await DueAfterPostingAsync(
            HostageJobs * 2, async (i, at) => await (i % 2 == 0 ? one : two).PostAsync(silent.Urls[i % 40], at));
        await stage.BesideAsync(due + 1_000, TimeSpan.FromSeconds(10), _ => Task.CompletedTask);
    }

    private static async Task ThreeProjectsAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress, projects: 3);
        using var silent = new SlowReceivers(20, answerAfter: null);
        var due = await DueAfterPostingAsync(
            ProjectJobs * 3, async (i, at) => await greedy.PostAsync(silent.Urls[i % 20], at, project: i % 3));
        await stage.BesideAsync(due - 500, Beside, _ => Task.CompletedTask);
    }

    private static NameServer NameServerOfHost() => NameServer.Start(onUsualPort: !HostCommand.KnowsNameServers);

    private static async Task DeadNamesAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        var due = await DueAfterPostingAsync(
            DeadNames, async (i, at) => await greedy.PostAsync($"http://n{i}{NameServer.Dead}/", at));
        await stage.BesideAsync(due - 500, TimeSpan.FromSeconds(20), _ => Task.CompletedTask);
        stage.Figures["look-ups left unanswered"] = stage.Hosts.Command.Names!.LeftUnanswered;
    }

    private static async Task SlowInboxAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        await greedy.SetInboxDelayAsync(TimeSpan.FromSeconds(60));
        var inbox = (await greedy.InboxAsync()).GetProperty("url").GetString()!;
        var due = await DueAfterPostingAsync(InboxJobs, async (_, at) => await greedy.PostAsync(inbox, at));
        // Not more than an inbox keeps.
        await stage.BesideAsync(due - 500, TimeSpan.FromSeconds(9), _ => Task.CompletedTask);
    }

    private static async Task ShortageAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        using var slow = new SlowReceivers(12, TimeSpan.FromSeconds(5));
        var due = await DueAfterPostingAsync(ShortageJobs, async (i, at) => await greedy.PostAsync(slow.Urls[i % 12], at));
        await stage.BesideAsync(due - 500, Beside, _ => Task.CompletedTask);
        stage.Figures["greedy attempts failed"] = await greedy.CountAsync("FAILED");
    }

    /// <summary>
    /// Posts jobs that are all due at one instant, and returns that: as soon as they are likely to be accepted, by how long the first ones
    /// of them took, which are due in 1 h.
    /// </summary>
    public static async Task<long> DueAfterPostingAsync(int jobs, Func<int, long, Task> postAsync, int connections = 64)
    {
        var few = Math.Min(jobs / 10, 500);
        var took = await Stage.AllAsync(few, i => postAsync(i, Clock.NowMs() + 3_600_000), connections);
        var due = Clock.NowMs() + 5_000 + (long)(took.TotalMilliseconds / few * jobs * 1.5);
        await Stage.AllAsync(jobs, i => postAsync(i, due), connections);
        return Clock.NowMs() < due - 3_000
            ? due
            : throw new InvalidOperationException($"{jobs} jobs were not accepted in time.");
    }

    /// <summary>A port of this machine where nobody listens.</summary>
    public static string ClosedUrl() => $"http://127.0.0.1:{Ports.Free()}/";
}
