using Dispatch.Tests.Browser.Infrastructure;
using Dispatch.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser;

/// <summary>An open page of the application when its session ends, in both modes.</summary>
public sealed class SignedOutElsewhereTests(Chromium chromium)
{
    [Theory]
    [InlineData("Server")]
    [InlineData("WebAssembly")]
    public async Task An_open_page_goes_to_the_sign_in_page_within_ten_seconds_of_signing_out_in_another_tab(string mode)
    {
        await using var host = new TestWebHost { Settings = [$"--Dashboard:RenderMode={mode}"] };
        await host.InitializeAsync();
        await using var window = await chromium.OpenAsync(host.Address.ToString());
        await window.RegisterAsync();
        var other = await window.NewTabAsync();
        await WaitUntilLiveAsync(window.Page);

        await other.GotoAsync("/account");
        await other.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await window.Page.ArriveAtAsync("/login?returnUrl=%2Foverview", timeoutMs: 13_000);
    }

    [Theory]
    [InlineData("Server")]
    [InlineData("WebAssembly")]
    public async Task A_link_to_an_unknown_address_ends_on_the_not_found_page(string mode)
    {
        await using var host = new TestWebHost { Settings = [$"--Dashboard:RenderMode={mode}"] };
        await host.InitializeAsync();
        await using var window = await chromium.OpenAsync(host.Address.ToString());
        await window.RegisterAsync();
        await WaitUntilLiveAsync(window.Page);
        await window.Page.EvaluateAsync("Blazor.navigateTo('/no-such-page')");
        await window.Page.GetByRole(AriaRole.Heading, new() { Name = "There is no such page" }).WaitForAsync();
    }

    private static Task WaitUntilLiveAsync(IPage page) =>
        page.Locator("html[data-connection=live]").WaitForAsync(new() { Timeout = 60_000 });
}
