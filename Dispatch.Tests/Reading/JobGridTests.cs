using Dispatch.Model;
using Dispatch.Reading;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Reading;

/// <summary>The grid's pages against all the rows sorted and filtered in memory.</summary>
public sealed class JobGridTests
{
    private const int Count = 500;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Every_page_of_every_filter_is_cut_from_the_whole_list(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var all = await SeedAsync(rig);
        var grid = new JobGridQueries(rig.Database.Contexts, new JobSearch(rig.Clock));
        var half = rig.Now + (Count / 2) + 60_000;
        GridFilter[] filters =
        [
            Filter(), Filter(status: JobStatus.Success), Filter(status: JobStatus.Dead), Filter(status: JobStatus.Firing),
            Filter(projectId: rig.ProjectId),
            Filter(status: JobStatus.Cancelled, projectId: rig.ProjectId), Filter(from: half), Filter(until: half),
            Filter(status: JobStatus.Dead, from: half, until: half + 50),
            Filter(search: "NUMBER 7"), Filter(search: "customers/12"), Filter(search: "100%_"), Filter(search: "ärzte ü"),
            Filter(search: "nothing"), Filter(search: all[40].Id.ToString()[10..20]),
            Filter(search: all[40].Id.ToString().ToUpperInvariant()), Filter(search: "number", status: JobStatus.Dead, from: half),
        ];
        foreach (var filter in filters)
        {
            var expected = all.Where(j => Fits(j, filter)).ToArray();
            for (var page = 1; page <= (expected.Length / filter.Limit) + 2; page++)
            {
                var read = (await grid.ReadAsync(rig.AccountId, filter with { Page = page }, TestContext.Current.CancellationToken))!;

                Assert.Equal(expected.Skip((page - 1) * filter.Limit).Take(filter.Limit).Select(j => j.Id), read.Jobs.Select(j => j.Id));
                Assert.Equal((expected.Length, true, null), (read.Total, read.TotalIsExact, read.SearchedSince));
                Assert.Equal(all.Count(j => filter.ProjectId is null || j.ProjectId == filter.ProjectId), read.Counts.Total);
            }
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Jobs_of_deleted_projects_and_of_others_are_not_seen(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        await SeedAsync(rig);
        var grid = new JobGridQueries(rig.Database.Contexts, new JobSearch(rig.Clock));
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Projects.Where(p => p.Id == rig.ProjectId)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletedAt, 1L), TestContext.Current.CancellationToken);

        foreach (var filter in (GridFilter[])[Filter(), Filter(search: "number"), Filter(status: JobStatus.Dead), Filter(from: 0)])
        {
            var read = (await grid.ReadAsync(rig.AccountId, filter, TestContext.Current.CancellationToken))!;
            Assert.DoesNotContain(read.Jobs, job => job.ProjectId == rig.ProjectId);
            Assert.NotEmpty(read.Jobs);
            Assert.Empty((await grid.ReadAsync(Guid.CreateVersion7(), filter, TestContext.Current.CancellationToken))!.Jobs);
        }

        Assert.Null(await grid.ReadAsync(rig.AccountId, Filter(projectId: rig.ProjectId), TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_search_that_is_asked_again_finds_new_jobs_and_forgets_none(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        await SeedAsync(rig);
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        var grid = new JobGridQueries(rig.Database.Contexts, new JobSearch(rig.Clock));
        var before = (await grid.ReadAsync(rig.AccountId, Filter(search: "number"), TestContext.Current.CancellationToken))!;

        await rig.SeedAsync(2, i => (rig.ProjectId, JobStatus.Scheduled, $"number {Count + i}"));
        var after = (await grid.ReadAsync(rig.AccountId, Filter(search: "number"), TestContext.Current.CancellationToken))!;

        Assert.Equal(["number 501", "number 500", "number 499"], after.Jobs.Take(3).Select(j => j.Title));
        Assert.Equal(before.Total + 2, after.Total);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_search_within_a_time_finds_a_job_where_it_was_moved_to(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now + 60_000);
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        var grid = new JobGridQueries(rig.Database.Contexts, new JobSearch(rig.Clock));
        var (hour, day) = (rig.Now + 3_600_000, rig.Now + 86_400_000);
        var soon = Filter(search: "example") with { Until = hour };
        var late = Filter(search: "example") with { From = hour, Until = day };
        Assert.Equal((1, 0), (await CountAsync(soon), await CountAsync(late)));

        await rig.Store.MoveAsync(job.Id, rig.ProjectId, hour + 1);

        Assert.Equal(0, await CountAsync(soon));   // the page itself, at once
        rig.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((0, 1), (await CountAsync(soon), await CountAsync(late)));

        async Task<int> CountAsync(GridFilter filter) =>
            (await grid.ReadAsync(rig.AccountId, filter, TestContext.Current.CancellationToken))!.Jobs.Count;
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_search_that_runs_out_of_time_says_so_and_goes_on_when_asked_again(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        await rig.SeedAsync(8_000, i => (rig.ProjectId, JobStatus.Scheduled, i % 1000 == 0 ? "needle" : "hay"), begin: rig.Now - 60_000);
        // A clock that goes on with every look at it: each call has time for a chunk or two.
        var clock = new FakeTimeProvider(rig.Clock.GetUtcNow()) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(70) };
        var grid = new JobGridQueries(rig.Database.Contexts, new JobSearch(clock));

        var read = (await grid.ReadAsync(rig.AccountId, Filter(search: "needle"), TestContext.Current.CancellationToken))!;
        Assert.False(read.TotalIsExact);
        Assert.InRange(read.Total, 1, 7);
        Assert.Equal(read.Jobs.Count, read.Total);
        Assert.True(read.SearchedSince <= read.Jobs[^1].CreatedAt);
        for (var calls = 0; !read.TotalIsExact; calls++)
        {
            Assert.True(calls < 10);
            var next = (await grid.ReadAsync(rig.AccountId, Filter(search: "needle"), TestContext.Current.CancellationToken))!;
            Assert.True(next.TotalIsExact || next.SearchedSince < read.SearchedSince);
            read = next;
        }

        Assert.Equal((8, null), (read.Total, read.SearchedSince));
        Assert.Equal(8, read.Jobs.Count);
    }

    /// <summary>
    /// A page's ids must come from an index alone, whatever it is filtered by: a look-up for each skipped row is what makes a grid slow.
    /// </summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(JobStatus.Success, true)]
    [InlineData(JobStatus.Dead, true)]
    [InlineData(JobStatus.Dead, false)]
    [InlineData(null, true)]
    public async Task Ids_of_a_page_are_read_from_an_index_alone(JobStatus? status, bool oneProject)
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        var other = await rig.AddProjectAsync();
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var sight = new JobVisibility(rig.AccountId, new Dictionary<Guid, ProjectRef>(), oneProject ? rig.ProjectId : null, [other]);
        var ids = sight.Jobs(db, status)
            .Where(j => j.FireAt >= 1)
            .OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id)
            .Skip(10).Take(10)
            .Select(j => j.Id);

        var plan = await QueryPlan.OfAsync(db, ids);

        Assert.True(plan.Contains("COVERING INDEX"), plan + ids.ToQueryString());
        Assert.DoesNotContain("TEMP B-TREE", plan);
    }

    [Fact]
    public async Task The_latest_failures_come_from_their_index()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var accountId = rig.AccountId;

        var plan = await QueryPlan.OfAsync(db, db.Jobs
            .Where(j => j.AccountId == accountId && (j.Status == JobStatus.Failed || j.Status == JobStatus.Dead))
            .OrderByDescending(j => j.UpdatedAt)
            .Select(j => j.Id));

        Assert.Contains("IX_Jobs_AccountId_UpdatedAt_ProjectId", plan);
    }

    private static GridFilter Filter(
        JobStatus? status = null, Guid? projectId = null, string? search = null, long? from = null, long? until = null) =>
        new(status, projectId, search, from, until, Page: 1, Limit: 30);

    private static bool Fits(Job job, GridFilter filter) =>
        (filter.Status is null || job.Status == filter.Status)
        && (filter.ProjectId is null || job.ProjectId == filter.ProjectId)
        && (filter.From is null || job.FireAt >= filter.From)
        && (filter.Until is null || job.FireAt < filter.Until)
        && (filter.Search is null || ((string[])[job.Title, job.WebhookUrl, job.Id.ToString()])
            .Any(text => text.Contains(filter.Search, StringComparison.OrdinalIgnoreCase)));

    /// <summary>All jobs, newest first, over two projects and every status.</summary>
    private static async Task<IReadOnlyList<Job>> SeedAsync(StoreRig rig)
    {
        var other = await rig.AddProjectAsync();
        var statuses = Enum.GetValues<JobStatus>();
        await rig.SeedAsync(Count, i => (
            i % 5 == 0 ? rig.ProjectId : other,
            i % 3 == 0 ? JobStatus.Success : statuses[i % 7 % 6],
            i switch { 77 => "100%_ sure", 78 => "Ärzte Ünion", _ => $"number {i}" }));
        await using var db = await rig.Database.Contexts.CreateDbContextAsync();
        return await db.Jobs.AsNoTracking().OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id).ToListAsync();
    }
}
