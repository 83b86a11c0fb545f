using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>What a greedy account, or a stranger, does in one row.</summary>
/// <param name="Do">Ends with <see cref="Stage.BesideAsync"/>.</param>
internal sealed record Greed(Func<Stage, Task> Do)
{
    /// <summary>Jobs of the other account a second.</summary>
    public int Rate { get; init; } = 10;

    /// <summary>The other account's receiver; by default a good one.</summary>
    public Func<DispatchHosts, Account, Task<OthersReceiver>> ReceiverAsync { get; init; } = (hosts, other) =>
        Task.FromResult<OthersReceiver>(new OthersReceiver.Path(hosts.Receiver, hosts.Receiver.UrlOf(other.Name), other.Name));
}

/// <summary>Rows in which one may not stop another: a stage, the same bounds for the other account, and bounds of the row's own.</summary>
internal static class FairRow
{
    /// <summary>Each account calls from an address of its own, as they do outside of a bench.</summary>
    public const string GreedyAddress = "127.0.0.2";
    public const string SecondGreedyAddress = "127.0.0.3";
    public const string StrangerAddress = "127.0.0.4";
    private const string OtherAddress = "127.0.0.5";

    public static readonly Bound Memory = new("most MB more", AtMost: 150);

    public static Row Of(string name, string how, Greed greed, params Bound[] further) => new(
        name, $"{how}; beside it another account sends {greed.Rate}/s, each due 2 s after its `POST`",
        "the other's lateness and `POST` p99 ≤ max(2 × of quiet, 100 ms), all at the first attempt, none refused, lost, doubled or early"
            + (further.Contains(Memory) ? "; memory ≤ 150 MB more" : ""),
        [
            new("p99 ms"), new("p99 of bound", AtMost: 1), new("POST p99 of bound", AtMost: 1), new("POSTs refused", AtMost: 0),
            new("not at first attempt", AtMost: 0), new("lost", AtMost: 0), new("duplicate", AtMost: 0), new("early", AtMost: 0), .. further
        ],
        null, contestant => MeasureAsync((DispatchHosts)contestant, greed));

    // On a machine that has other things to do as well, the first requests may take longer than usual.
    private static async Task WarmUpAsync(DispatchHosts hosts)
    {
        for (var aheadMs = 3_000; ; aheadMs *= 2)
        {
            try
            {
                await hosts.WarmUpAsync(aheadMs);
                return;
            }
            catch (InvalidOperationException) when (aheadMs < 12_000)
            {
                // Refused as past, or not arrived in time.
            }
        }
    }

    private static async Task<Figures> MeasureAsync(DispatchHosts hosts, Greed greed)
    {
        await WarmUpAsync(hosts);
        using var other = await Account.SignUpAsync(hosts.Url, "other", OtherAddress);
        await using var stage = new Stage(hosts, other, await greed.ReceiverAsync(hosts, other), greed.Rate);
        await stage.QuietAsync();
        await greed.Do(stage);
        return stage.Figures;
    }
}
