using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Dispatch.Tests.Browser.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser;

/// <summary>
/// Every page, dark, light and on a phone: axe finds nothing at AA, the console is silent, nothing is wider than the window; and a
/// picture of it.
/// </summary>
public sealed class EveryPageTests(Chromium chromium, Showcase showcase) : IClassFixture<Showcase>
{
    private static readonly AxeRunOptions Aa = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    };

    [Theory]
    [InlineData("dark", 1280, 860)]
    [InlineData("light", 1280, 860)]
    [InlineData("phone", 375, 780)]
    public async Task Is_accessible_silent_and_fits(string variant, int width, int height)
    {
        await showcase.FillAsync(TestContext.Current.CancellationToken);
        await using var window = await chromium.OpenAsync(showcase.Url, width, height, variant == "light" ? "light" : "dark");
        var problems = new List<string>();
        foreach (var page in showcase.AnonymousPages) await LookAtAsync(window, page, variant, problems);
        await window.SignInAsync(showcase.Newcomer.Email, showcase.Newcomer.Password);
        await LookAtAsync(window, new("overview-first", "/overview"), variant, problems);
        await window.SignOutAsync();
        await window.SignInAsync(showcase.Owner.Email, showcase.Owner.Password);
        foreach (var page in showcase.Pages) await LookAtAsync(window, page, variant, problems);

        problems.AddRange(window.Complaints.Where(complaint =>
            !complaint.Contains("status of 404") && !complaint.Contains("status of 403") && !complaint.Contains("status of 500")));
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    private static async Task LookAtAsync(Window window, ShownPage shown, string variant, List<string> problems)
    {
        var page = window.Page;
        await page.GotoAsync(shown.Path);
        if (await page.Locator(".shell").CountAsync() > 0) await page.LiveAsync();
        if (shown.Ready is not null) await page.Locator(shown.Ready).First.WaitForAsync();
        if (shown.Press is not null) await page.GetByRole(AriaRole.Button, new() { Name = shown.Press }).First.ClickAsync();
        if (shown.Connection is not null) await page.EvaluateAsync("state => dispatchConnection.set(state)", shown.Connection);
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);

        if (!shown.IsThirdParty)
        {
            var axe = await page.RunAxe(Aa);
            problems.AddRange(axe.Violations.SelectMany(violation => violation.Nodes.Select(node =>
                $"{shown.Path} ({variant}): {violation.Id}: {violation.Help}: {node.Html}")));
            if (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth + 1"))
                problems.Add($"{shown.Path} ({variant}) is wider than the window");
        }

        await Screenshots.TakeAsync(page, shown.Name, variant);
    }
}
