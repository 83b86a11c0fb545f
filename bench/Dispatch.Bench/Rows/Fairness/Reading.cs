using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>Somebody who reads without a pause, or asks and reads nothing: with an account, or a stranger at the door.</summary>
internal static class Reading
{
    private const int Stored = 200_000;
    private const int Searches = 32;
    private const int Readers = 64;
    private const int Deaf = 2_000;
    private const int DeafWithKey = 3_000;
    private const int SecondsPerPath = 6;
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(15);

    public static Row Search { get; } = FairRow.Of(
        "search-flood",
        "one account with 200,000 jobs searches them 32 times at once, again and again, each time for another text that hits nothing",
        new Greed(SearchAsync)) with { Seeded = Stored };

    public static Row OpenDoor { get; } = FairRow.Of(
        "open-door-flood", "64 connections read without a pause, 6 s each: without a credential `/openapi/v1.json`, `/docs/using`, `/`, "
            + "`GET /jobs` with a wrong key; with the key of an account with 200,000 jobs `GET /jobs?limit=100`, its page 500, "
            + "and with its session `/dashboard/overview`",
        new Greed(OpenDoorAsync), FairRow.Memory) with { Seeded = Stored };

    public static Row NeverRead { get; } = FairRow.Of(
        "never-read", "a stranger's 2,000 connections ask for `/openapi/v1.json` five times each and read nothing",
        new Greed(stage => NeverReadAsync(stage, "/openapi/v1.json")), FairRow.Memory);

    public static Row NeverReadDocs { get; } = FairRow.Of(
        "never-read-docs", "a stranger's 2,000 connections ask for `/docs/using` five times each and read nothing",
        new Greed(stage => NeverReadAsync(stage, "/docs/using")), FairRow.Memory);

    public static Row NeverReadLists { get; } = FairRow.Of(
        "never-read-lists", "3,000 connections with the key of an account with 200,000 jobs ask for `GET /jobs?limit=100` 20 times each "
            + "and read nothing",
        new Greed(NeverReadListsAsync), FairRow.Memory) with { Seeded = Stored };

    private static async Task SearchAsync(Stage stage)
    {
        using var greedy = await RichAsync(stage.Hosts);
        var turn = 0;
        var flood = new Flooding(cancellation =>
            greedy.TryReadAsync($"dashboard/jobs?search=%C3%BC0.{Interlocked.Increment(ref turn):000000000}", cancellation));
        await stage.BesideAsync(Clock.NowMs() + 3_000, Beside, cancellation => flood.RunAsync(Searches, cancellation));
        flood.AddTo(stage.Figures, Beside + TimeSpan.FromSeconds(2));
    }

    private static async Task OpenDoorAsync(Stage stage)
    {
        using var greedy = await RichAsync(stage.Hosts);
        var (stranger, owner, key) = (FairRow.StrangerAddress, FairRow.GreedyAddress, $"x-api-key: {greedy.Keys[0]}");
        (string Name, string From, string Path, string? Header)[] paths =
        [
            ("openapi", stranger, "/openapi/v1.json", null),
            ("docs", stranger, "/docs/using", null),
            ("landing", stranger, "/", null),
            ("wrong key", stranger, "/api/v1/jobs?limit=100", $"x-api-key: sk_{new string('0', 43)}"),
            ("list", owner, "/api/v1/jobs?limit=100", key),
            ("page 500", owner, "/api/v1/jobs?limit=100&page=500", key),
            ("overview", owner, "/api/v1/dashboard/overview", $"Authorization: Bearer {greedy.Token}"),
        ];
        var from = Clock.NowMs() + 3_000;
        await stage.BesideAsync(from, TimeSpan.FromSeconds(paths.Length * SecondsPerPath), async _ =>
        {
            for (var i = 0; i < paths.Length; i++)
            {
                var (name, address, path, header) = paths[i];
                await Clock.UntilAsync(from + (i * SecondsPerPath * 1_000));
                using var end = new CancellationTokenSource(TimeSpan.FromSeconds(SecondsPerPath));
                var connections = new RawConnections(stage.Hosts.Url, address, path, header);
                await connections.AskAsync(Readers, end.Token);
                stage.Figures[$"{name}: reads/s"] = (double)connections.Answers / SecondsPerPath;
            }
        });
        for (var i = 0; i < paths.Length; i++)
        {
            var due = from + (i * SecondsPerPath * 1_000L);
            var others = await stage.Hosts.Receiver.AccountsDueWithinAsync(due, due + (SecondsPerPath * 1_000));
            if (others.GetValueOrDefault("other") is { } own) stage.Figures[$"{paths[i].Name}: p99 ms"] = own.P99;
        }
    }

    private static async Task NeverReadListsAsync(Stage stage)
    {
        using var greedy = await RichAsync(stage.Hosts);
        var connections = new RawConnections(
            stage.Hosts.Url, FairRow.GreedyAddress, "/api/v1/jobs?limit=100", $"x-api-key: {greedy.Keys[0]}");
        await stage.BesideAsync(Clock.NowMs() + 3_000, Beside, cancellation => connections.HoldAsync(DeafWithKey, 20, cancellation));
    }

    private static Task NeverReadAsync(Stage stage, string path)
    {
        var connections = new RawConnections(stage.Hosts.Url, FairRow.StrangerAddress, path);
        return stage.BesideAsync(Clock.NowMs() + 3_000, Beside, cancellation => connections.HoldAsync(Deaf, 5, cancellation));
    }

    /// <summary>The account that the store was filled for.</summary>
    private static Task<Account> RichAsync(DispatchHosts hosts) =>
        Account.SignInAsync(hosts.Url, "greedy", FairRow.GreedyAddress, DispatchHosts.Person, hosts.ProjectId);
}
