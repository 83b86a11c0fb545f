using Dispatch.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>A host in one render mode with short retries, and a window on it.</summary>
public sealed class DashboardRig : IAsyncDisposable
{
    private DashboardRig(TestHost host, Window window) => (Host, Window) = (host, window);

    public static TheoryData<string> Modes => ["Server", "WebAssembly"];

    public TestHost Host { get; }

    public Window Window { get; }

    public IPage Page => Window.Page;

    public static async Task<DashboardRig> StartAsync(Chromium chromium, string mode, params string[] settings)
    {
        var host = await TestHost.StartAsync([$"--Dashboard:RenderMode={mode}", "--Delivery:RetryLadder=00:00:06", .. settings]);
        return new DashboardRig(host, await chromium.OpenAsync(host.Url));
    }

    /// <summary>Opens an interactive page and waits until it is live: before that, clicks go nowhere.</summary>
    public Task GotoAsync(string path) => GotoAsync(Page, path);

    /// <inheritdoc cref="GotoAsync(string)"/>
    public static async Task GotoAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await page.LiveAsync();
    }

    /// <summary>An account with a project and a key, made by the API, signed in to the pages.</summary>
    public async Task<ApiUser> SignInAsync()
    {
        var user = await ApiUser.SignUpAsync(Host.Url);
        await Window.SignInAsync(user.Email, user.Password);
        return user;
    }

    /// <summary>Creates a project on the projects page; ends on its page. Returns its id.</summary>
    public async Task<Guid> CreateProjectAsync(string name)
    {
        await GotoAsync("/projects");
        await Page.GetByRole(AriaRole.Button, new()
        {
            NameRegex = new("(new|create|first).*project", System.Text.RegularExpressions.RegexOptions.IgnoreCase),
        }).First.ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FillAsync(name);
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Page.ArriveAtAsync("/projects/*-*");
        // The page is asked, for Page.Url follows it by an event that may still be on its way.
        return Guid.Parse(new Uri(await Page.EvaluateAsync<string>("location.href")).Segments[2].Trim('/'));
    }

    /// <summary>Creates a key on the project's page and closes the dialog. Returns the key.</summary>
    public async Task<string> CreateKeyAsync(Guid projectId, string label)
    {
        await GotoAsync($"/projects/{projectId}");
        await Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Create (the first )?key$") }).ClickAsync();
        var dialog = Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Label").FillAsync(label);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var key = await dialog.GetByRole(AriaRole.Group, new() { Name = "The new key" }).Locator("code").TextContentAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();
        return key!;
    }

    public async ValueTask DisposeAsync()
    {
        await Window.DisposeAsync();
        await Host.DisposeAsync();
    }
}
