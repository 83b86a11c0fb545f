using System.Security.Claims;
using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Pages;
using Dispatch.Web.Client.Parts.Overview;
using Microsoft.AspNetCore.Components.Authorization;
using static Dispatch.Tests.Browser.OverviewSamples;

namespace Dispatch.Tests.Browser;

public sealed class ChecklistTests : ComponentTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private GettingStarted started = NewAccount;

    public ChecklistTests()
    {
        Api.OnOverview = () => FakeDispatchApi.Found(Overview(started));
        Api.OnInbox = _ => FakeDispatchApi.Found(TestInbox);
        Api.OnCreateKey = (_, _) =>
        {
            started = started with { HasKey = true };
            return FakeDispatchApi.Found(NewKey);
        };
    }

    [Fact]
    public async Task The_steps_tick_themselves_off_as_things_happen_elsewhere()
    {
        var page = Render<OverviewPage>();
        AssertSteps(page, "is-current", "is-later", "is-later", "is-later");

        started = started with { Project = Billing };
        await Feed.TellAsync(ChangeKind.Project, Billing.Id);
        page.WaitForAssertion(() => AssertSteps(page, "is-done", "is-current", "is-later", "is-later"), Soon);

        started = started with { HasKey = true };
        await Feed.TellAsync(ChangeKind.Project, Billing.Id);
        page.WaitForAssertion(() => AssertSteps(page, "is-done", "is-done", "is-current", "is-later"), Soon);

        var job = Job();
        started = started with { NewestJob = job };
        await TellAsync(job, "SCHEDULED");
        page.WaitForAssertion(() => AssertSteps(page, "is-done", "is-done", "is-done", "is-current"), Soon);

        started = started with { NewestJob = job with { Status = "SUCCESS" }, HasFired = true };
        await TellAsync(job, "SUCCESS");
        page.WaitForAssertion(() => AssertSteps(page, "is-done", "is-done", "is-done", "is-done"), Soon);
        Assert.Equal("You are set up", page.Find("#checklist-head").TextContent);
        Assert.NotNull(page.Find("button[data-dismiss]"));
    }

    [Fact]
    public async Task The_lamp_changes_at_once_and_not_back_by_an_older_answer()
    {
        var job = Job();
        started = new GettingStarted { Project = Billing, HasKey = true, NewestJob = job, HasFired = false };
        var page = Render<OverviewPage>();
        Assert.Equal("SCHEDULED", page.Find(".watched .lamp").GetAttribute("data-status"));
        Assert.Equal(job.NextAttemptAt, page.Find(".watched local-time").GetAttribute("utc"));

        var reading = new TaskCompletionSource();
        Api.OnOverview = () =>
        {
            // Told while this reading, which began before, is under way.
            Feed.TellAsync(BatchOf(job, "FIRING")).GetAwaiter().GetResult();
            reading.TrySetResult();
            return FakeDispatchApi.Found(Overview(started));
        };
        await Feed.TellAsync(new ChangeBatch([], Invalidate: true));
        await reading.Task.WaitAsync(Soon, Xunit.TestContext.Current.CancellationToken);

        Assert.Equal("FIRING", page.Find(".watched .lamp").GetAttribute("data-status"));
    }

    [Fact]
    public async Task A_change_older_than_the_reading_changes_nothing()
    {
        var job = Job("FAILED");
        started = new GettingStarted { Project = Billing, HasKey = true, NewestJob = job, HasFired = false };
        var page = Render<OverviewPage>();

        Api.OnOverview = () => new ApiFailure(503, "The storage does not answer", []);   // so that no reading mends the lamp
        await Feed.TellAsync(new ChangeBatch(
            [new Change(ChangeKind.Job, Billing.Id, job.Id, "FIRING", Now.AddSeconds(-1).ToUnixTimeMilliseconds())],
            Invalidate: false));

        Assert.Equal("FAILED", page.Find(".watched .lamp").GetAttribute("data-status"));
    }

    [Fact]
    public void A_project_is_created_in_place()
    {
        Api.OnCreateProject = name =>
        {
            started = started with { Project = Billing with { Name = name } };
            return FakeDispatchApi.Found(started.Project!);
        };
        var page = Render<OverviewPage>();

        page.Find("#first-project-name").Change("warehouse");
        page.Find(".checklist form").Submit();

        AssertSteps(page, "is-done", "is-current", "is-later", "is-later");
        Assert.Equal("warehouse", page.Find($"a[href='/projects/{Billing.Id}']").TextContent);
        Assert.Empty(page.FindAll(".checklist form"));
    }

    [Fact]
    public void What_is_wrong_with_a_projects_name_is_said_at_its_field()
    {
        Api.OnCreateProject = _ =>
            new ApiFailure(400, "The request is not valid", [new ApiError("required", "name", "name must not be empty")]);
        var page = Render<OverviewPage>();

        page.Find(".checklist form").Submit();

        Assert.Equal("true", page.Find("#first-project-name").GetAttribute("aria-invalid"));
        Assert.Contains("name must not be empty", page.Find(".checklist form").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_is_shown_in_place_and_stands_in_the_command()
    {
        started = started with { Project = Billing };
        var page = Render<OverviewPage>();
        Assert.DoesNotContain("curl", page.Markup, StringComparison.Ordinal);

        Button(page, "Create key").Click();

        Assert.Equal(NewKey.Key, page.Find(".new-key code").TextContent);
        Assert.Equal(NewKey.Key, page.Find(".new-key button").GetAttribute("data-copy"));
        Assert.Contains($"x-api-key: {NewKey.Key}'", Command(page), StringComparison.Ordinal);
        Assert.Contains($"\"webhookUrl\": \"{TestInbox.Url}\"", Command(page), StringComparison.Ordinal);
        AssertSteps(page, "is-done", "is-done", "is-current", "is-later");
    }

    [Fact]
    public async Task The_key_stays_while_the_page_reads_again_and_is_gone_in_the_next_one()
    {
        started = started with { Project = Billing };
        var page = Render<OverviewPage>();
        Button(page, "Create key").Click();

        await Feed.TellAsync(new ChangeBatch([], Invalidate: true));
        page.Render();
        Assert.Equal(NewKey.Key, page.Find(".new-key code").TextContent);

        var next = Render<OverviewPage>();
        Assert.DoesNotContain(NewKey.Key, next.Markup, StringComparison.Ordinal);
        Assert.Contains("x-api-key: sk_…'", Command(next), StringComparison.Ordinal);
        Assert.NotNull(Button(next, "Create another key"));
    }

    [Fact]
    public void A_job_that_was_given_up_brings_the_command_back()
    {
        started = new GettingStarted { Project = Billing, HasKey = true, NewestJob = Job(), HasFired = false };
        Assert.DoesNotContain("curl", Render<OverviewPage>().Markup, StringComparison.Ordinal);

        started = started with { NewestJob = Job("DEAD") };
        Assert.Contains("curl -X POST", Command(Render<OverviewPage>()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_with_delivered_jobs_does_not_see_it()
    {
        started = new GettingStarted { Project = Billing, HasKey = true, NewestJob = Job("SUCCESS"), HasFired = true };
        Assert.Empty(Render<OverviewPage>().FindAll(".checklist"));
    }

    [Fact]
    public void Its_dismissal_is_remembered_by_name_for_WebAssembly_knows_no_id()
    {
        var inWebAssembly = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada@example.com")], "Cookies"));

        var checklist = Render<Checklist>(set => set
            .Add(part => part.State, started)
            .AddCascadingValue(Task.FromResult(new AuthenticationState(inWebAssembly))));

        Assert.Equal("dispatch-checklist-ada@example.com", checklist.Find("dismissible-part").GetAttribute("remember"));
    }

    private static string Command(IRenderedComponent<OverviewPage> page) => page.FindAll(".checklist pre")[^1].TextContent;

    private static void AssertSteps(IRenderedComponent<OverviewPage> page, params string[] states) =>
        Assert.Equal(states, page.FindAll(".step").Select(step => step.ClassList.Single(name => name != "step")));

    private static ChangeBatch BatchOf(JobRow job, string status) =>
        new([new Change(ChangeKind.Job, job.ProjectId, job.Id, status, Now.AddSeconds(1).ToUnixTimeMilliseconds())], Invalidate: false);

    private Task TellAsync(JobRow job, string status) => Feed.TellAsync(BatchOf(job, status));
}
