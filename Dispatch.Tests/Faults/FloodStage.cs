using System.Diagnostics;
using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Faults;

/// <summary>
/// A host with two accounts: one posts and fires at a steady rate, the other floods the host with something. Says what the flood did to the
/// first.
/// </summary>
internal sealed class FloodStage : IAsyncDisposable
{
    private const int PerSecond = 20;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A p99 of 220 posts is the third worst, so one pause of the machine decides it. A broken promise is broken each time.
    /// </summary>
    private const int MaxTries = 3;

    /// <summary>The promise: at most twice as slow as without the flood, or this.</summary>
    private const double AlwaysAllowedMs = 100;

    private FloodStage(Cluster cluster, ApiUser greedy) => (Cluster, Greedy) = (cluster, greedy);

    public Cluster Cluster { get; }

    /// <summary>The account that floods.</summary>
    public ApiUser Greedy { get; }

    public Uri Url => new(Cluster.Hosts[0].Url);

    /// <summary>The memory of the host's process, MB.</summary>
    public long MemoryMb
    {
        get
        {
            using var process = Process.GetProcessById(Cluster.Hosts[0].Id);
            return process.WorkingSet64 / 1024 / 1024;
        }
    }

    public static async Task<FloodStage> StartAsync(DatabaseProvider provider, params string[] settings)
    {
        var cluster = await Cluster.StartAsync(hosts: 1, provider, settings);
        await cluster.WarmUpAsync();
        var greedy = await ApiUser.SignUpAsync(cluster.Hosts[0].Url);
        foreach (var path in (string[])["jobs", "dashboard/overview", "dashboard/jobs?search=%C3%BC1"])
        {
            for (var i = 0; i < 3; i++) (await greedy.SendAsync(HttpMethod.Get, path)).Dispose();   // compiled
        }

        return new FloodStage(cluster, greedy);
    }

    /// <summary>Gives the flooding account so many finished jobs.</summary>
    public async Task SeedAsync(int count)
    {
        await using var db = await Cluster.ReadAsync();
        var project = await db.Projects.SingleAsync(p => p.Id == Guid.Parse(Greedy.ProjectId), TestContext.Current.CancellationToken);
        var begin = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds();
        var jobs = Enumerable.Range(0, count).Select(i => JobRows.Row(
            project.AccountId, begin + i, i, (project.Id, JobStatus.Success, $"Invoice reminder {i} for a customer of ours"))).ToArray();
        var changes = new JobChanges(isWatched: false);
        foreach (var job in jobs) changes.Inserted(job);
        await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await db.InsertRowsAsync(jobs);
        db.Count(Guid.Empty, changes.Counters);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Measures the first account without the flood and beside it; fails if the flood made it late or had one of its posts refused.
    /// </summary>
    /// <param name="flood">Begins; ends when it is told to.</param>
    public async Task AssertOthersDoNotNoticeAsync(string what, Func<CancellationToken, Task> flood)
    {
        for (var tries = 1; !await OthersDoNotNoticeAsync(what, flood, mustHold: tries == MaxTries); tries++)
        {
        }
    }

    private async Task<bool> OthersDoNotNoticeAsync(string what, Func<CancellationToken, Task> flood, bool mustHold)
    {
        var quiet = await MeasureAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var flooding = flood(end.Token);
        var flooded = await MeasureAsync();
        await end.CancelAsync();
        await flooding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        TestContext.Current.SendDiagnosticMessage($"{what}: quiet {quiet}; beside it {flooded}");
        Assert.True(flooding.IsCanceled || flooding.IsCompletedSuccessfully, $"the flood ended early: {flooding.Exception}");
        flooded.Load.AssertAllTaken();
        flooded.Ledger.Compare(Cluster.Receiver, flooded.Path).AssertEachOnce();
        var postsAreQuick = flooded.PostP99 <= Math.Max(2 * quiet.PostP99, AlwaysAllowedMs);
        var jobsAreOnTime = flooded.Late.P(0.99) <= Math.Max(2 * quiet.Late.P(0.99), AlwaysAllowedMs);
        if (!mustHold && !(postsAreQuick && jobsAreOnTime)) return false;

        Assert.True(postsAreQuick, $"posts were slow: {flooded}; without the flood {quiet}");
        Assert.True(jobsAreOnTime, $"jobs were late: {flooded}; without the flood {quiet}");
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Greedy.Dispose();
        await Cluster.DisposeAsync();
    }

    private async Task<Measured> MeasureAsync()
    {
        var (ledger, path) = (new Ledger(), $"/{Guid.NewGuid():N}");
        var load = new TimedLoad(ledger, Cluster.Receiver.Url + path, PerSecond, Cluster.Users);
        await Task.Delay(Phase, TestContext.Current.CancellationToken);
        await load.EndAsync();
        await ledger.AllArriveAsync(Cluster.Receiver, TimeSpan.FromSeconds(30));
        return new Measured(load, ledger, path, ledger.LatenessOf(Cluster.Receiver, (_, _) => true));
    }

    private sealed record Measured(TimedLoad Load, Ledger Ledger, string Path, Lateness Late)
    {
        public double PostP99 => new Lateness(Load.Posts.Select(post => ("", post.Took.TotalMilliseconds))).P(0.99);

        public override string ToString() => $"[{Load}; {Late}]";
    }
}
