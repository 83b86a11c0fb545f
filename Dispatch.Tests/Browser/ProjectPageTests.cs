using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Browser;

public sealed class ProjectPageTests : ComponentTest
{
    internal static ProjectCard Card(string name) => new()
    {
        Project = new ProjectDto { Id = ProjectId, Name = name, CreatedAt = "2026-06-13T09:00:00.000Z" },
        Counts = new StatusCounts { Scheduled = 3, Firing = 0, Success = 1_229, Failed = 2, Dead = 0, Cancelled = 0 },
        Keys = 0,
    };

    [Fact]
    public void Head_links_each_count_to_its_jobs()
    {
        Api.OnProject = _ => FakeDispatchApi.Found(Card("<i>Billing</i>"));

        var page = RenderPage();

        Assert.Equal("<i>Billing</i>", page.Find("h1").TextContent);
        var success = page.Find($"a[href='/jobs?projectId={ProjectId}&status=SUCCESS']");
        Assert.Equal("1,229", success.QuerySelector("strong")!.TextContent);
    }

    [Fact]
    public void Unknown_project_says_so_and_leads_on()
    {
        var page = RenderPage();

        Assert.Equal("There is no such project", page.Find("h1").TextContent);
        Assert.NotEmpty(page.FindAll("a[href='/projects']"));
    }

    [Fact]
    public void Tab_stands_in_the_address_and_arrows_move_it()
    {
        Api.OnProject = _ => FakeDispatchApi.Found(Card("Billing"));
        Api.OnKeys = _ => FakeDispatchApi.Found(new KeyList { Keys = [] });
        var page = RenderPage();
        Assert.Equal("Keys", page.Find("[role=tab][aria-selected=true]").TextContent);

        page.Find("[role=tablist]").KeyDown(new KeyboardEventArgs { Key = "ArrowLeft" });

        Assert.EndsWith(
            $"/projects/{ProjectId}?tab=settings", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("Settings", page.Find("[role=tab][aria-selected=true]").TextContent));
        Assert.Equal("project-panel-tab-settings", page.Find("[role=tabpanel]").GetAttribute("aria-labelledby"));
    }

    [Fact]
    public async Task Counts_follow_the_jobs()
    {
        Api.OnProject = _ => FakeDispatchApi.Found(Card("Billing"));
        var page = RenderPage();
        Api.OnProject = _ => FakeDispatchApi.Found(Card("Billing") with { Counts = Card("").Counts with { Dead = 7 } });

        await Feed.TellAsync(ChangeKind.Job, ProjectId);

        page.WaitForAssertion(() => Assert.Equal("7", page.Find("a[href$='status=DEAD'] strong").TextContent));
    }

    private IRenderedComponent<ProjectPage> RenderPage() => Render<ProjectPage>(page => page.Add(project => project.Id, ProjectId));
}
