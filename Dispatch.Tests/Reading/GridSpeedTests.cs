using System.Diagnostics;
using Dispatch.Model;
using Dispatch.Reading;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Reading;

/// <summary>
/// 1,000,000 jobs in one account: no page, filter or search takes more than 300 ms.
/// Slow to seed, so only when asked for (<c>-explicit only</c>).
/// </summary>
public sealed class GridSpeedTests
{
    private const int Count = 1_000_000;
    private const double Limit = 300;

    [Fact(Explicit = true), Trait("Category", "Long")]
    public async Task A_million_jobs_do_not_make_the_dashboard_slow()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        var (busy, rare) = (await rig.AddProjectAsync(), await rig.AddProjectAsync());
        var begin = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeMilliseconds();
        await rig.SeedAsync(
            Count, i => (i % 50_000 == 7 ? rare : i % 3 == 0 ? rig.ProjectId : busy, StatusOf(i), $"Invoice reminder {i}"), begin);
        var grid = new JobGridQueries(rig.Database.Contexts, new JobSearch(TimeProvider.System));
        var (first, last) = (begin + 60_000, begin + 60_000 + Count);

        var slow = 0;
        async Task MeasureAsync(string name, Func<int, Task> read)
        {
            var took = new List<double>();
            for (var i = 0; i < 20; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await read(i);
                took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            took.Sort();
            if (took[18] > Limit) slow++;
            TestContext.Current.TestOutputHelper!.WriteLine($"{name}: p50 {took[10]:0.0} p95 {took[18]:0.0} ms");
        }

        Task GridAsync(string name, GridFilter filter) => MeasureAsync(name, i => grid.ReadAsync(
            rig.AccountId,
            filter.Search is null ? filter : filter with { Search = filter.Search.Replace("#", $"{i}") },
            TestContext.Current.CancellationToken));
        foreach (var projectId in (Guid?[])[null, busy])
        {
            var of = projectId is null ? "account" : "project";
            await GridAsync($"{of}: first page", new(null, projectId, null, null, null, 1, 25));
            await GridAsync($"{of}: page 10,000", new(null, projectId, null, null, null, 10_000, 25));
            await GridAsync($"{of}: last page", new(null, projectId, null, null, null, projectId is null ? 40_000 : 26_000, 25));
            foreach (var status in Enum.GetValues<JobStatus>())
            {
                await GridAsync($"{of}: {status.ToName()}", new(status, projectId, null, null, null, 1, 25));
                await GridAsync(
                    $"{of}: {status.ToName()}, deep",
                    new(status, projectId, null, null, null, status == JobStatus.Success ? 8_000 : 20, 25));
            }

            await GridAsync($"{of}: due within 1 %", new(null, projectId, null, first, first + (Count / 100), 1, 25));
            await GridAsync($"{of}: due within all, deep", new(null, projectId, null, first, last, 10_000, 25));
            await GridAsync($"{of}: due, SUCCESS", new(JobStatus.Success, projectId, null, first, first + (Count / 100), 1, 25));
            await GridAsync($"{of}: search, hit", new(null, projectId, "reminder", null, null, 1, 25));
            await GridAsync($"{of}: search, first call, miss", new(null, projectId, "nowhere #", null, null, 1, 25));
            await GridAsync($"{of}: search, again, miss", new(null, projectId, "nowhere", null, null, 1, 25));
            await GridAsync($"{of}: search, part of an id", new(null, projectId, "abc#abc", null, null, 1, 25));
        }

        await GridAsync("rare project", new(null, rare, null, null, null, 1, 25));
        var jobs = new JobQueries(rig.Database.Contexts);
        foreach (var projectId in (Guid?[])[null, busy])
        {
            foreach (var status in (JobStatus?[])[null, .. Enum.GetValues<JobStatus>()])
            {
                await MeasureAsync($"GET /jobs, {(projectId is null ? "bearer" : "key")}, {status?.ToName() ?? "all"}", _ => jobs.ListAsync(
                    new JobScope(rig.AccountId, projectId),
                    new JobListFilter(status, null, 1, 20),
                    TestContext.Current.CancellationToken));
            }
        }

        var overview = new OverviewQueries(rig.Database.Contexts, rig.Clock);
        await MeasureAsync("overview", _ => overview.ReadAsync(rig.AccountId, TestContext.Current.CancellationToken));
        var cards = new ProjectCardQueries(rig.Database.Contexts);
        await MeasureAsync("project cards", _ => cards.ListAsync(rig.AccountId, TestContext.Current.CancellationToken));
        Assert.Equal(0, slow);
    }

    // The old ones have ended, most of them well; the newest half waits.
    private static JobStatus StatusOf(int i) => i switch
    {
        11 or 500_011 => JobStatus.Firing,
        _ when i % 100_000 == 5 => JobStatus.Dead,
        _ when i % 1_000 == 3 => JobStatus.Failed,
        _ when i % 50 == 9 => JobStatus.Cancelled,
        < Count / 2 => JobStatus.Success,
        _ => JobStatus.Scheduled,
    };
}
