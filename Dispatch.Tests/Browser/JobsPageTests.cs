using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Pages;
using Dispatch.Web.Client.Parts.Jobs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace Dispatch.Tests.Browser;

public sealed class JobsPageTests : ComponentTest
{
    private static readonly long Later = DateTimeOffset.Parse("2026-06-13T09:30:00.005Z").ToUnixTimeMilliseconds();

    private readonly List<JobsQuery> asked = [];
    private JobGrid grid = SampleJobs.Grid(SampleJobs.Row());

    public JobsPageTests()
    {
        Api.OnProjectCards = () => FakeDispatchApi.Found(SampleJobs.Cards());
        Api.OnJobs = query =>
        {
            asked.Add(query);
            return FakeDispatchApi.Found(grid);
        };
        JSInterop.SetupModule("./fields.js").Mode = JSRuntimeMode.Loose;
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void An_address_is_what_is_asked_and_what_the_filters_show()
    {
        var query = new JobsQuery { Status = "FAILED", ProjectId = SampleJobs.ProjectId, Search = "trial", Page = 2, Limit = 50 };

        var page = Open(query.ToQueryString());

        Assert.Equal(query, asked[0]);
        Assert.Equal("trial", page.Find("#job-search").GetAttribute("value"));
        Assert.Equal(SampleJobs.ProjectId.ToString(), page.Find("#job-project").GetAttribute("value"));
        Assert.Equal("50", page.Find(".pager-size select").GetAttribute("value"));
        Assert.Equal("FAILED", page.Find(".chip[aria-current] .lamp").GetAttribute("data-status"));
    }

    [Fact]
    public void Filters_write_the_address_and_begin_at_page_one()
    {
        var page = Open("?page=4");

        page.Find("#job-project").Change(SampleJobs.ProjectId.ToString());
        page.WaitForAssertion(() => Assert.Equal($"http://localhost/jobs?projectId={SampleJobs.ProjectId}", Navigation.Uri));
        page.Find(".pager-size select").Change("100");
        page.WaitForAssertion(() => Assert.Equal($"http://localhost/jobs?projectId={SampleJobs.ProjectId}&limit=100", Navigation.Uri));
        Assert.Equal(
            $"/jobs?status=DEAD&projectId={SampleJobs.ProjectId}&limit=100",
            page.FindAll(".chip").Single(chip => chip.TextContent.Contains("DEAD", StringComparison.Ordinal)).GetAttribute("href"));
        Assert.Equal(new JobsQuery { ProjectId = SampleJobs.ProjectId, Limit = 100 }, asked[^1]);
    }

    [Fact]
    public async Task Typing_asks_once_it_has_paused()
    {
        var page = Open("");

        foreach (var text in (string[])["t", "tr", "tri", " trial "])
            _ = page.Find("#job-search").InputAsync(new ChangeEventArgs { Value = text });
        await page.WaitForAssertionAsync(() => Assert.Equal("http://localhost/jobs?search=trial", Navigation.Uri));

        Assert.Equal([null, "trial"], asked.Select(query => query.Search));
    }

    [Fact]
    public async Task Typing_goes_on_after_the_address_changed_under_it()
    {
        List<string?> searched = [];
        var filters = Render<JobFilters>(set => set
            .Add(part => part.Query, new JobsQuery())
            .Add(part => part.QueryChanged, change => searched.Add(change.Query.Search)));
        var typing = filters.Find("#job-search").InputAsync(new ChangeEventArgs { Value = "t" });

        filters.Render(set => set.Add(part => part.Query, new JobsQuery { Search = "invoice" }));
        await typing;
        await filters.Find("#job-search").InputAsync(new ChangeEventArgs { Value = "trial" });

        Assert.Equal(["trial"], searched);
    }

    [Fact]
    public async Task A_reading_that_breaks_leaves_the_next_one_free()
    {
        using var reader = new GridReader(Api);
        Api.JobsTake = Task.FromException(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.AskAsync(new JobsQuery()));
        Assert.False(reader.IsBusy);

        Api.JobsTake = Task.CompletedTask;
        Assert.True(await reader.AskAsync(new JobsQuery()));
    }

    [Fact]
    public void Going_back_shows_what_was_shown()
    {
        var page = Open("?search=trial");

        Navigation.NavigateTo("/jobs");
        page.WaitForAssertion(() => Assert.Equal("", page.Find("#job-search").GetAttribute("value") ?? ""));
        Assert.Equal([new JobsQuery { Search = "trial" }, new JobsQuery()], asked);
    }

    [Fact]
    public void What_makes_no_sense_in_the_address_is_named() =>
        Assert.Contains("status=GONE", Open("?status=GONE").Find(".notice").TextContent, StringComparison.Ordinal);

    [Fact]
    public async Task A_change_moves_the_lamp_before_anything_is_read()
    {
        var page = Open("");
        Api.JobsTake = new TaskCompletionSource().Task;

        await page.InvokeAsync(() => Feed.TellJobAsync(SampleJobs.ProjectId, SampleJobs.JobId, "FIRING", Later));

        Assert.Equal("FIRING", Lamp(page));
        Assert.Equal(2, asked.Count);   // the reading that follows is under way
    }

    [Fact]
    public async Task A_reading_that_began_before_a_change_does_not_take_the_lamp_back()
    {
        var page = Open("");
        var slow = new TaskCompletionSource();
        Api.JobsTake = slow.Task;
        await page.InvokeAsync(() => Feed.TellJobAsync(SampleJobs.ProjectId, Guid.NewGuid(), "SCHEDULED", Later));   // begins to read
        await page.InvokeAsync(() => Feed.TellJobAsync(SampleJobs.ProjectId, SampleJobs.JobId, "SUCCESS", Later));
        Api.JobsTake = new TaskCompletionSource().Task;
        var lamps = new List<string?>();
        page.OnAfterRender += (_, _) => lamps.Add(Lamp(page));

        await page.InvokeAsync(slow.SetResult);
        await page.WaitForAssertionAsync(() => Assert.NotEmpty(lamps));

        Assert.DoesNotContain("SCHEDULED", lamps);
    }

    [Fact]
    public async Task A_change_in_another_project_is_not_read_when_one_is_chosen()
    {
        var page = Open($"?projectId={SampleJobs.ProjectId}");

        await page.InvokeAsync(() => Feed.TellJobAsync(Guid.NewGuid(), Guid.NewGuid(), "SUCCESS", Later));

        Assert.Single(asked);
    }

    [Fact]
    public void A_failed_job_counts_down_to_its_retry()
    {
        grid = SampleJobs.Grid(SampleJobs.Row("FAILED"));

        Assert.Equal(SampleJobs.RetryAt, Open("").Find(".job-row .retry local-time[mode=countdown]").GetAttribute("utc"));
    }

    [Fact]
    public void Cancelling_asks_once_and_says_how_it_went()
    {
        List<Guid> cancelled = [];
        Api.OnCancelJob = (_, job) =>
        {
            cancelled.Add(job);
            return new ApiFailure(400, "Only scheduled jobs can be cancelled", []);
        };
        var snackbars = Render<MudSnackbarProvider>();
        var page = Open("");

        page.Find(".cancel-job").Click();
        Assert.Empty(cancelled);
        Assert.Equal("Really cancel?", page.Find(".cancel-job").TextContent.Trim());
        page.Find(".cancel-job").Click();

        Assert.Equal([SampleJobs.JobId], cancelled);
        snackbars.WaitForAssertion(() =>
            Assert.Contains("Only scheduled jobs can be cancelled", snackbars.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Moving_on_takes_the_question_back()
    {
        var page = Open("");
        page.Find(".cancel-job").Click();
        page.Find(".cancel-job").Blur();

        Assert.Equal("Cancel", page.Find(".cancel-job").TextContent.Trim());
    }

    [Theory]
    [InlineData("FIRING")]
    [InlineData("SUCCESS")]
    [InlineData("FAILED")]
    [InlineData("DEAD")]
    [InlineData("CANCELLED")]
    public void Only_a_scheduled_job_can_be_cancelled(string status)
    {
        grid = SampleJobs.Grid(SampleJobs.Row(status));

        Assert.Empty(Open("").FindAll(".cancel-job"));
    }

    [Fact]
    public void What_a_sender_wrote_is_shown_as_text()
    {
        grid = SampleJobs.Grid(SampleJobs.Row(title: "<img src=x onerror=alert(1)>", url: "javascript:alert(1)"));

        var page = Open("");

        Assert.Empty(page.FindAll("img"));
        Assert.Equal("<img src=x onerror=alert(1)>", page.Find(".at-title a").TextContent);
        Assert.All(
            page.FindAll("a"),
            link => Assert.DoesNotContain("javascript", link.GetAttribute("href") ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public void Counts_have_separated_thousands() =>
        Assert.Contains("1,234,567", Open("").Find(".chips").TextContent, StringComparison.Ordinal);

    [Fact]
    public void A_total_that_was_not_counted_to_its_end_says_so()
    {
        grid = SampleJobs.Grid([.. Enumerable.Range(0, 25).Select(_ => SampleJobs.Row(id: Guid.NewGuid()))]) with
        {
            Total = 10_000, TotalIsExact = false, SearchedSince = SampleJobs.CreatedAt,
        };

        var page = Open("?page=2&search=a");

        Assert.Equal("26–50 of at least 10,000", page.Find(".pager-position").TextContent);
        Assert.NotNull(page.Find("[aria-label='Next page']").GetAttribute("href"));
        Assert.Null(page.Find("[aria-label='Last page']").GetAttribute("href"));
        Assert.Contains("Narrow the search", page.Find(".notice").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_behind_the_end_leads_to_the_last_one()
    {
        grid = SampleJobs.Grid() with { Total = 60 };

        Assert.Equal("/jobs?page=3", Open("?page=99").Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public void What_the_host_refuses_is_said_in_the_page()
    {
        Api.OnJobs = _ => new ApiFailure(503, "The storage does not answer", []);

        Assert.Equal("The storage does not answer", Open("").Find(".failure[role=alert]").TextContent);
    }

    [Fact]
    public void What_was_refused_at_first_can_be_tried_again()
    {
        var found = (Api.OnJobs, Api.OnProjectCards);
        Api.OnJobs = _ => new ApiFailure(503, "The storage does not answer", []);
        Api.OnProjectCards = () => new ApiFailure(503, "The storage does not answer", []);
        var page = Open("?search=trial");

        (Api.OnJobs, Api.OnProjectCards) = found;
        Button(page, "Try again").Click();

        Assert.Equal(new JobsQuery { Search = "trial" }, asked.Single());
        Assert.Single(page.FindAll(".job-row"));
        Assert.Contains("Billing", page.Find("#job-project").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".failure"));
    }

    [Fact]
    public async Task Projects_are_not_read_for_each_of_many_changes()
    {
        var page = Open("");
        var readings = 0;
        Api.OnProjectCards = () =>
        {
            readings++;
            return FakeDispatchApi.Found(SampleJobs.Cards());
        };

        await page.InvokeAsync(() => Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            Feed.TellAsync(new ChangeBatch([], Invalidate: true)))));
        Assert.InRange(readings, 1, 2);   // one at once, one for what came meanwhile
    }

    private static string? Lamp(IRenderedComponent<JobsPage> page) => page.Find(".job-row .lamp").GetAttribute("data-status");

    private IRenderedComponent<JobsPage> Open(string query)
    {
        Navigation.NavigateTo($"/jobs{query}");
        return Render<JobsPage>();
    }
}
