using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>A browser window whose complaints are kept: a page that works has none.</summary>
public sealed class Window : IAsyncDisposable
{
    /// <summary>How long a page may take for anything it is asked for.</summary>
    public const float TimeoutMs = 15_000;

    private readonly IBrowserContext context;

    public Window(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        Watch(page);
        context.SetDefaultTimeout(TimeoutMs);
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, errors of scripts, answers of 500 and above.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>Another tab of the same browser.</summary>
    public async Task<IPage> NewTabAsync()
    {
        var page = await context.NewPageAsync();
        Watch(page);
        return page;
    }

    /// <summary>Registers a new account; ends on the overview.</summary>
    public async Task<string> RegisterAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await Page.GotoAsync("/register");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync("correct horse battery");
        await Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new()
        {
            NameRegex = new("register|account", System.Text.RegularExpressions.RegexOptions.IgnoreCase),
        }).ClickAsync();
        await Page.ArriveAtAsync("/overview");
        return email;
    }

    /// <summary>Signs in; ends on the overview.</summary>
    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/login");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Page.ArriveAtAsync("/overview");
    }

    /// <summary>Signs out by the menu of the interactive application; ends on the landing page.</summary>
    public async Task SignOutAsync()
    {
        await Page.GotoAsync("/overview");
        await Page.LiveAsync();
        await Page.Locator("summary[aria-label^=Account]").ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).First.WaitForAsync();
    }

    public void AssertNoComplaints() => Assert.Empty(Complaints);

    public async ValueTask DisposeAsync() => await context.CloseAsync();

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complaints.Enqueue($"{page.Url} {message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => Complaints.Enqueue($"{page.Url} script: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 500) Complaints.Enqueue($"{response.Status} {response.Url}");
        };
    }
}
