using System.Net;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 9 of reliability.md with two hosts: one is told to end in the midst of a burst, and the other goes on with what it gives back.
/// </summary>
public sealed class HandoverTests
{
    private const int Jobs = 1000;

    [Fact]
    public async Task A_host_that_is_told_to_end_in_a_burst_finishes_what_is_on_the_wire_and_the_other_sends_the_rest_at_once()
    {
        await using var cluster = await Cluster.StartAsync();
        cluster.Receiver.Answer = (_, context) => Task.Delay(500, context.RequestAborted);
        var ledger = new Ledger();
        var due = DateTimeOffset.UtcNow.AddSeconds(15);
        await cluster.PostAsync(ledger, host: 0, Jobs, _ => due);           // 256 of them on the wire at once, the others behind them
        // And some that are due while it ends, and after.
        await cluster.PostAsync(ledger, host: 0, 200, i => due.AddMilliseconds(1000 + (i * 20)));
        Assert.True(DateTimeOffset.UtcNow < due.AddSeconds(-1), "posting took too long");
        var ending = await cluster.IdOfAsync(0);

        await cluster.Receiver.WaitForAsync(_ => true, limit: TimeSpan.FromSeconds(40));
        var told = DateTimeOffset.UtcNow;
        var exit = cluster.Hosts[0].TerminateAsync(TimeSpan.FromSeconds(35));
        var accepted = 0;
        while (!exit.IsCompleted)
        {
            // Nothing is acknowledged that the host would have to keep: what it still answers, it has stored for the other.
            if (await ledger.PostAsync(cluster.Users[0], cluster.Receiver.Url + "/", DateTimeOffset.UtcNow.AddSeconds(2)) is not null)
                accepted++;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, await exit);
        var ended = DateTimeOffset.UtcNow;
        Assert.Empty(await cluster.HeldByAsync(ending));
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(30));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        ledger.Compare(cluster.Receiver).AssertEachOnce();
        Assert.Empty(await cluster.InterruptedAsync());
        var rest = ledger.LatenessOf(cluster.Receiver, (_, at) => at > ended);
        var last = cluster.Receiver.Arrivals.Max(a => a.At);
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 9, SIGTERM in a burst of {Jobs:N0}: exit 0 after {(ended - told).TotalSeconds:0.0} s, "
            + $"{ledger.Acknowledged.Count} jobs once each, none interrupted; "
            + $"{accepted} posts accepted and {ledger.InDoubt} refused meanwhile; "
            + $"the last job came {(last - told).TotalSeconds:0.0} s after the signal; due after the end: {rest}");
    }

    [Fact]
    public async Task A_host_that_is_ending_refuses_new_connections()
    {
        await using var cluster = await Cluster.StartAsync();
        var hold = new TaskCompletionSource();
        cluster.Receiver.Answer = (_, _) => hold.Task;
        var id = await cluster.Users[0].ScheduleSoonAsync(cluster.Receiver.Url, 500);
        await cluster.Receiver.WaitForAsync(a => a.JobId == id);
        var exit = cluster.Hosts[0].TerminateAsync();
        await Task.Delay(1500, TestContext.Current.CancellationToken);   // it waits for the receiver

        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(
            () => http.GetAsync(cluster.Hosts[0].Url + "/health/live", TestContext.Current.CancellationToken));
        Assert.False(exit.IsCompleted);
        hold.SetResult();
        Assert.Equal(0, await exit);
        Assert.Equal(
            HttpStatusCode.OK,
            (await http.GetAsync(cluster.Hosts[1].Url + "/health/ready", TestContext.Current.CancellationToken)).StatusCode);
        await cluster.Users[1].JobWhenAsync(id, "SUCCESS");
        Assert.Single(cluster.Receiver.Arrivals);
    }
}
