using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using static Dispatch.Tests.Browser.OverviewSamples;

namespace Dispatch.Tests.Browser;

public sealed class ProjectsPageTests : ComponentTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private List<ProjectCard> cards = [];

    public ProjectsPageTests() => Api.OnProjectCards = () => FakeDispatchApi.Found(new ProjectCards { Projects = cards });

    [Fact]
    public void A_card_counts_the_jobs_and_leads_to_the_project()
    {
        cards = [Card(scheduled: 12, dead: 3, keys: 1)];
        var page = Render<ProjectsPage>();

        Assert.Equal($"/projects/{Billing.Id}", page.Find(".project-card h2 a").GetAttribute("href"));
        Assert.Equal(["12", "0", "0", "0", "3", "0"], page.FindAll(".tally li > span:last-child").Select(count => count.TextContent));
        Assert.Equal(["SCHEDULED", "DEAD"], page.FindAll(".tally li:not(.is-zero) .lamp").Select(lamp => lamp.GetAttribute("data-status")));
        Assert.Contains("1 API key ·", page.Find(".project-card p").TextContent, StringComparison.Ordinal);
        Assert.Equal(Billing.CreatedAt, page.Find(".project-card local-time").GetAttribute("utc"));
    }

    [Fact]
    public async Task The_counts_follow_what_happens()
    {
        cards = [Card(scheduled: 1, dead: 0, keys: 0)];
        var page = Render<ProjectsPage>();

        cards = [Card(scheduled: 2, dead: 0, keys: 0)];
        await Feed.TellAsync(ChangeKind.Job, Billing.Id);

        page.WaitForAssertion(() => Assert.Equal("2", page.Find(".tally li > span:last-child").TextContent), Soon);
    }

    [Fact]
    public void Without_a_project_it_says_what_one_is()
    {
        var page = Render<ProjectsPage>();
        Assert.Equal("No project yet", page.Find(".empty h2").TextContent);
        Assert.Empty(page.FindAll(".page-head button"));
    }

    [Fact]
    public void The_dialog_says_what_is_wrong_with_the_name_and_stays()
    {
        Api.OnCreateProject = _ => new ApiFailure(
            400, "The request is not valid", [new ApiError("too_long", "name", "name must be at most 200 characters long")]);
        Button(Render<ProjectsPage>(), "Create your first project").Click();

        Dialogs.Find("#new-project").Submit();

        Assert.Contains("name must be at most 200 characters long", Dialogs.Find("#new-project").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", Dialogs.Find("#project-name").GetAttribute("aria-invalid"));
    }

    [Fact]
    public void A_created_project_is_opened()
    {
        var names = new List<string>();
        Api.OnCreateProject = name =>
        {
            names.Add(name);
            return FakeDispatchApi.Found(Billing);
        };
        cards = [Card(scheduled: 0, dead: 0, keys: 0)];
        Button(Render<ProjectsPage>(), "New project").Click();

        Dialogs.Find("#project-name").Change("billing");
        Dialogs.Find("#new-project").Submit();

        Dialogs.WaitForAssertion(
            () => Assert.EndsWith(
                $"/projects/{Billing.Id}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal),
            Soon);
        Assert.Equal(["billing"], names);
    }

    [Fact]
    public void A_host_that_does_not_answer_is_said()
    {
        Api.OnProjectCards = () => new ApiFailure(503, "The storage does not answer", []);
        Assert.Equal("The storage does not answer", Render<ProjectsPage>().Find("[role=alert]").TextContent);
    }

    [Fact]
    public void What_is_handed_over_from_the_prerender_is_not_a_megabyte()
    {
        cards = [.. Enumerable.Repeat(Card(scheduled: 0, dead: 0, keys: 0), 100)];
        Assert.Equal(100, Render<ProjectsPage>().Instance.Kept!.Projects.Count);

        cards = [.. Enumerable.Repeat(cards[0], 4_000)];
        var page = Render<ProjectsPage>();
        Assert.Null(page.Instance.Kept);
        Assert.Equal(4_000, page.FindAll(".project-card").Count);
    }

    private static ProjectCard Card(long scheduled, long dead, int keys) => new()
    {
        Project = Billing,
        Counts = new StatusCounts { Scheduled = scheduled, Firing = 0, Success = 0, Failed = 0, Dead = dead, Cancelled = 0 },
        Keys = keys,
    };
}
