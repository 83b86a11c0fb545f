using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Browser;

public sealed class ProjectDeletionTests : ComponentTest
{
    private readonly List<Guid> deleted = [];

    public ProjectDeletionTests()
    {
        Api.OnProject = _ => FakeDispatchApi.Found(ProjectPageTests.Card("Billing"));
        Api.OnDeleteProject = project =>
        {
            deleted.Add(project);
            return FakeDispatchApi.Found(new NoData());
        };
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/projects/{ProjectId}?tab=settings");
    }

    [Fact]
    public void Deletion_says_what_goes_with_the_project()
    {
        OpenDialog();

        Assert.Contains(
            "1,234 jobs go with it, logs included. 5 are waiting to be sent: they are cancelled.",
            Dialogs.Find(".dialog-text").TextContent,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("billing")]
    [InlineData("Billing 2")]
    public void Another_name_deletes_nothing(string typed)
    {
        OpenDialog();
        Type(typed);

        Assert.True(Button(Dialogs, "Delete project").HasAttribute("disabled"));
        Dialogs.Find("form#delete-project").Submit();
        Assert.NotEmpty(Dialogs.FindAll(".mud-dialog"));
        Assert.Empty(deleted);
    }

    [Fact]
    public void Typed_name_deletes_and_leads_to_the_projects()
    {
        OpenDialog();
        Type("Billing");
        Assert.Empty(deleted);

        Dialogs.Find("form#delete-project").Submit();

        Dialogs.WaitForAssertion(() => Assert.Equal([ProjectId], deleted));
        Assert.Equal("http://localhost/projects", Services.GetRequiredService<NavigationManager>().Uri);
    }

    private void OpenDialog()
    {
        var page = Render<ProjectPage>(parameters => parameters.Add(project => project.Id, ProjectId));
        Button(page, "Delete project…").Click();
    }

    private void Type(string name) => Dialogs.Find("form#delete-project input").Input(name);
}
