using System.Net;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// A time in which the database answers and stores nothing, while jobs come due and others are on the wire. Two hosts, neither restarted.
/// </summary>
/// <param name="What">For the report.</param>
/// <param name="FiresWithin">How soon after its end everything that came due meanwhile has arrived.</param>
internal sealed record NoWrites(string What, TimeSpan FiresWithin)
{
    private const int PerSecondAndHost = 10;

    private const int OnTheWire = 20;

    private static readonly TimeSpan NotReadyWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(5);

    public async Task RunAsync(Cluster cluster, TimeSpan time, Func<Task> begin, Func<Task> end)
    {
        await cluster.WarmUpAsync();
        var ledger = new Ledger();
        var slow = new TaskCompletionSource();
        cluster.Receiver.Answer = (arrival, _) => arrival.Path == "/slow" ? slow.Task : Task.CompletedTask;
        var stop = await PostAsync(cluster, ledger, time);

        await Watch.UntilAsync(stop);
        await begin();
        var stoppedAt = DateTimeOffset.UtcNow;
        var onTheWire = cluster.Receiver.Arrivals.Where(a => a.Path == "/slow").Select(a => a.JobId).ToHashSet();
        slow.SetResult();   // what cannot be stored now is how they ended
        var notReady = await Watch.UntilReadyIsAsync(HttpStatusCode.ServiceUnavailable, cluster.Hosts, NotReadyWithin);
        var answers = await PostOnceAsync(cluster);
        await Watch.UntilAsync(stoppedAt + time);

        var endingAt = DateTimeOffset.UtcNow;
        await end();
        var endedAt = DateTimeOffset.UtcNow;
        var ready = await Watch.UntilReadyIsAsync(HttpStatusCode.OK, cluster.Hosts, ReadyWithin);
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(30));
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));

        var overdue = ledger.Acknowledged.Where(job => job.Value > stoppedAt && job.Value < endedAt).Select(job => job.Key).ToHashSet();
        var last = cluster.Receiver.Arrivals.Where(a => overdue.Contains(a.JobId)).Max(a => a.At) - endedAt;
        var meanwhile = cluster.Receiver.Arrivals.Count(a => a.At > stoppedAt.AddMilliseconds(500) && a.At < endingAt);
        var (findings, interrupted) = (ledger.Compare(cluster.Receiver), await cluster.InterruptedAsync());
        TestContext.Current.SendDiagnosticMessage(
            $"{What} for {(endedAt - stoppedAt).TotalSeconds:0} s: {ledger.Acknowledged.Count} jobs, {onTheWire.Count} on the wire at its "
            + $"begin, {overdue.Count} due meanwhile; sent meanwhile {meanwhile}, arrivals of those on the wire "
            + $"{cluster.Receiver.Arrivals.Count(a => onTheWire.Contains(a.JobId))}, interrupted {interrupted.Count}, "
            + $"twice {findings.Twice.Count}; not ready after {Describe(notReady)}, ready again after {Describe(ready)}; "
            + $"a POST was answered {string.Join(" and ", answers)}; the last overdue job came {last.TotalSeconds:0.00} s after its end; "
            + $"warnings and errors in the log: {string.Join(" and ", cluster.Hosts.Select(host => Watch.Troubles(host).Length))}");

        Assert.Equal(OnTheWire, onTheWire.Count);
        Assert.True(overdue.Count > time.TotalSeconds * PerSecondAndHost, $"only {overdue.Count} jobs came due meanwhile");
        findings.AssertEachOnce();
        Assert.Empty(interrupted);
        Assert.Equal(0, meanwhile);
        Assert.True(notReady is not null, $"/health/ready said 200 for {NotReadyWithin.TotalSeconds} s");
        Assert.True(ready is not null, $"/health/ready said 503 for {ReadyWithin.TotalSeconds} s afterwards");
        Assert.DoesNotContain(HttpStatusCode.Created, answers);
        Assert.InRange(last, TimeSpan.Zero, FiresWithin);
        Assert.All(cluster.Hosts, host => Assert.True(host.IsRunning));
    }

    /// <summary>Jobs that are due from two seconds before to four seconds after it. Returns when it begins.</summary>
    private static async Task<DateTimeOffset> PostAsync(Cluster cluster, Ledger ledger, TimeSpan time)
    {
        var count = (int)(time.TotalSeconds + 6) * PerSecondAndHost;
        var stop = DateTimeOffset.UtcNow.AddSeconds(6 + (count / 100));
        await cluster.PostAsync(ledger, host: 0, OnTheWire, i => stop.AddMilliseconds(-1000 + (i * 10)), "/slow");
        for (var host = 0; host < 2; host++)
            await cluster.PostAsync(ledger, host, count, i => stop.AddMilliseconds(-2000 + (i * 1000 / PerSecondAndHost)));
        Assert.True(DateTimeOffset.UtcNow < stop.AddSeconds(-2), "posting took too long");
        return stop;
    }

    private static async Task<HttpStatusCode[]> PostOnceAsync(Cluster cluster) => await Task.WhenAll(cluster.Users.Select(async user =>
    {
        using var response = await user.PostJobAsync(cluster.Receiver.Url, DateTimeOffset.UtcNow.AddHours(1));
        return response.StatusCode;
    }));

    private static string Describe(TimeSpan? time) => time is { } known ? $"{known.TotalSeconds:0.0} s" : "too long";
}
