using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>One account has very many jobs that are due in one millisecond.</summary>
internal static class AllAtOnce
{
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(20);

    /// <summary>Before the first of it: alarms, claims.</summary>
    private const int LeadMs = 3_500;

    /// <summary>A failed job is tried again 30 s later, and that is not what is measured.</summary>
    private const int FirstAttemptsMs = 28_000;

    /// <summary>A scratch run may have fewer.</summary>
    public static int Jobs { get; set; } = 100_000;

    public static Row Refusing { get; } = FairRow.Of(
        "all-at-once", "one account has 100,000 jobs, due in one millisecond, to a port that refuses connections; before that, as many "
            + "to a good receiver, for the processor time of an attempt",
        new Greed(RefusingAsync), new Bound("CPU failure × of success", AtMost: 1.5));

    public static Row Silent { get; } = FairRow.Of(
        "all-at-once-silent", "one account has 100,000 jobs, due in one millisecond, to a receiver that never answers",
        new Greed(SilentAsync));

    private static async Task RefusingAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        var url = stage.Hosts.Receiver.UrlOf(greedy.Name);
        var good = await Receivers.DueAfterPostingAsync(Jobs, async (_, at) => await greedy.PostAsync(url, at));
        stage.Figures["CPU us/success"] = await CpuOfAttemptsAsync(stage.Hosts, greedy, "SUCCESS", good, TimeSpan.FromSeconds(60));

        var closed = Receivers.ClosedUrl();
        var due = await Receivers.DueAfterPostingAsync(Jobs, async (_, at) => await greedy.PostAsync(closed, at));
        await stage.BesideAsync(due - 500, Beside, async _ => stage.Figures["CPU us/failure"] =
            await CpuOfAttemptsAsync(stage.Hosts, greedy, "FAILED", due, TimeSpan.FromMilliseconds(FirstAttemptsMs)));
        stage.Figures["CPU failure × of success"] = stage.Figures["CPU us/failure"] / stage.Figures["CPU us/success"];
    }

    private static async Task SilentAsync(Stage stage)
    {
        using var greedy = await Account.SignUpAsync(stage.Hosts.Url, "greedy", FairRow.GreedyAddress);
        using var silent = new SlowReceivers(1, answerAfter: null);
        var due = await Receivers.DueAfterPostingAsync(Jobs, async (_, at) => await greedy.PostAsync(silent.Urls[0], at));
        await stage.BesideAsync(due - 500, Beside, _ => Task.CompletedTask);
    }

    /// <summary>The hosts' time, until all attempts have been recorded or that long after their instant.</summary>
    private static async Task<double> CpuOfAttemptsAsync(DispatchHosts hosts, Account greedy, string outcome, long due, TimeSpan limit)
    {
        await Clock.UntilAsync(due - LeadMs);
        var cpu = hosts.HostCpu();
        await Clock.UntilAsync(due);
        var attempts = 0;
        while (attempts < Jobs && Clock.NowMs() < due + limit.TotalMilliseconds)
        {
            await Task.Delay(500);
            attempts = await greedy.CountAsync(outcome);
        }

        return (hosts.HostCpu() - cpu).TotalMicroseconds / Math.Max(1, attempts);
    }
}
