using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Faults;

/// <summary>
/// The stage of scenario 21: hosts on PostgreSQL, two accounts that post 50 jobs a second between them and cancel some, and a stranger who
/// holds rows for a while. Says what that did to everybody else.
/// </summary>
internal sealed class LockedStage : IAsyncDisposable
{
    private const int PerSecond = 50;

    private static readonly TimeSpan SlowestAnswer = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<Guid> held = [];
    private readonly ApiUser secondAccount;
    private readonly TimedLoad load;
    private DateTimeOffset lockedAt;

    private LockedStage(Cluster cluster, ApiUser secondAccount)
    {
        (Cluster, this.secondAccount) = (cluster, secondAccount);
        load = new TimedLoad(Ledger, cluster.Receiver.Url + "/", PerSecond, [.. cluster.Users, secondAccount]);
    }

    public Cluster Cluster { get; }

    public Ledger Ledger { get; } = new();

    public DateTimeOffset ReleasedAt { get; private set; }

    public static async Task<LockedStage> StartAsync(int hosts)
    {
        var cluster = await Cluster.StartAsync(hosts);
        await cluster.WarmUpAsync();
        var stage = new LockedStage(cluster, await ApiUser.SignUpAsync(cluster.Hosts[^1].Url));
        await cluster.Receiver.WaitForAsync(_ => true, PerSecond);
        return stage;
    }

    /// <summary>A job of the first account, through the first host.</summary>
    public async Task<Guid> PostAsync(TimeSpan dueIn, string path = "/") =>
        (await Ledger.PostAsync(Cluster.Users[0], Cluster.Receiver.Url + path, DateTimeOffset.UtcNow + dueIn))!.Value;

    /// <summary>Locks the rows for that long.</summary>
    public async Task HoldAsync(TimeSpan time, (string Sql, Guid Argument)[] rows, Func<DateTimeOffset, Task>? meanwhile = null)
    {
        await using (var stranger = await Stranger.LockAsync(Cluster.ConnectionString, rows))
        {
            lockedAt = DateTimeOffset.UtcNow;
            held.UnionWith(stranger.Locked);
            var until = lockedAt + time;
            if (meanwhile is not null) await meanwhile(until);
            await TimeProvider.System.WaitUntilAsync(until.ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
            ReleasedAt = DateTimeOffset.UtcNow;
        }
    }

    /// <summary>Ends the load, and waits until every job has arrived and is SUCCESS.</summary>
    public async Task EndAsync()
    {
        await load.EndAsync();
        await Ledger.AllArriveAsync(Cluster.Receiver, TimeSpan.FromSeconds(30));
        await Cluster.AllSucceedAsync(Ledger, TimeSpan.FromSeconds(20));
    }

    /// <summary>Every job arrived once; nobody but the held jobs was late; nobody was refused or kept waiting.</summary>
    public void AssertNobodyElseNoticed(string what)
    {
        var others = Ledger.LatenessOf(Cluster.Receiver, (id, at) => at >= lockedAt && !held.Contains(id));
        var before = Ledger.LatenessOf(Cluster.Receiver, (id, at) => at < lockedAt && !held.Contains(id));
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 21, {what}, {Cluster.Hosts.Count} hosts, locked for {(ReleasedAt - lockedAt).TotalSeconds:0} s: "
            + $"the others, due since: {others}; due before: {before}; {load}; "
            + $"lines of the log that name a lock: {Cluster.LinesWith("is locked by another transaction")}");

        Ledger.Compare(Cluster.Receiver).AssertEachOnce();
        Assert.True(load.Posts.Count > (ReleasedAt - lockedAt).TotalSeconds * PerSecond, $"the load was not run: {load}");
        load.AssertAllTaken();
        Assert.True(load.Slowest <= SlowestAnswer, $"an answer was slow: {load}");
        Assert.True(others.P(0.99) <= 50, $"the others were late: {others}");
    }

    public async ValueTask DisposeAsync()
    {
        await load.EndAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // the test has said what is wrong
        secondAccount.Dispose();
        await Cluster.DisposeAsync();
    }
}
