using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>A greedy account with the largest payloads.</summary>
internal static class Bytes
{
    private const int Connections = 32;
    private const int Inboxes = 20;
    private const int JobsAtOnce = 3_000;
    private static readonly TimeSpan Flood = TimeSpan.FromSeconds(13);   // 15 s with the 2 s before the first job is due
    private static readonly TimeSpan AnswerAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Row Posts { get; } = FairRow.Of(
        "big-flood", "one account posts jobs of 255 KiB over 32 connections for 15 s, due in 1 h", new Greed(PostsAsync), FairRow.Memory);

    public static Row ToInboxes { get; } = FairRow.Of(
        "big-flood-inboxes", "20 inboxes of one account are sent 255 KiB over 32 connections for 15 s", new Greed(ToInboxesAsync),
        FairRow.Memory);

    public static Row AtOnce { get; } = FairRow.Of(
        "big-at-once", "one account has 3,000 jobs of 250 KiB, due in one millisecond, to five receivers that answer after 3 s",
        new Greed(AtOnceAsync), FairRow.Memory);

    private static async Task PostsAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        var (url, due) = (stage.Hosts.Receiver.UrlOf(greedy.Name), Clock.NowMs() + 3_600_000);
        await FloodAsync(stage, async _ =>
        {
            await greedy.PostAsync(url, due, filler: Account.MostFiller);
            return true;
        });
    }

    private static async Task ToInboxesAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress, projects: Inboxes);
        var inboxes = new List<string>();
        for (var i = 0; i < Inboxes; i++) inboxes.Add((await greedy.InboxAsync(i)).GetProperty("url").GetString()!);
        var (body, turn) = (new byte[Account.MostFiller], 0);
        await FloodAsync(stage, async cancellation =>
        {
            using var content = new ByteArrayContent(body);
            return await greedy.TrySendAsync(
                inboxes[(int)((uint)Interlocked.Increment(ref turn) % Inboxes)], content, cancellation);
        });
    }

    private static async Task FloodAsync(Stage stage, Func<CancellationToken, Task<bool>> sendAsync)
    {
        var flood = new Flooding(sendAsync);
        await stage.BesideAsync(Clock.NowMs() + 3_000, Flood, cancellation => flood.RunAsync(Connections, cancellation));
        flood.AddTo(stage.Figures, Flood + TimeSpan.FromSeconds(2));
    }

    private static async Task AtOnceAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        var slow = stage.Hosts.Receiver.SlowUrls(AnswerAfter);
        var due = await Receivers.DueAfterPostingAsync(
            JobsAtOnce, async (i, at) => await greedy.PostAsync(slow[i % slow.Count], at, filler: 250 * 1024), connections: 8);
        await stage.BesideAsync(due - 500, TimeSpan.FromSeconds(15), async _ =>
        {
            await Clock.UntilAsync(due);
            while (await greedy.CountAsync("SUCCESS") < JobsAtOnce && Clock.NowMs() < due + Patience.TotalMilliseconds)
                await Task.Delay(1_000, CancellationToken.None);
            stage.Figures["greedy done s"] = (Clock.NowMs() - due) / 1000.0;
        });
    }
}
