using Dispatch.Tests.Browser.Infrastructure;
using Dispatch.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser;

/// <summary>Passkeys, with Chromium's virtual authenticator in place of a finger.</summary>
public sealed class PasskeyTests(TestWebHost host, Chromium chromium) : IClassFixture<TestWebHost>
{
    // A passkey belongs to a name: browsers refuse them at a bare address.
    private string Url => $"http://localhost:{host.Address.Port}";

    [Fact]
    public async Task A_passkey_is_added_signs_in_is_renamed_and_opens_nothing_once_removed()
    {
        await using var window = await OpenAsync();
        var page = window.Page;
        var email = await RegisterAsync(page);

        await AddAsync(page, "correct horse battery");
        await page.ArriveAtAsync("/account?done=passkey-added");
        await page.GetByRole(AriaRole.Link, new() { Name = "Change Chrome on Linux" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the name" }).ClickAsync();
        await page.ArriveAtAsync("/account?done=passkey-changed");

        await SignOutAsync(page);
        await page.GotoAsync("/login?returnUrl=%2Faccount");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await page.ArriveAtAsync("/account");
        Assert.True(await page.GetByText(email).First.IsVisibleAsync());

        await page.GetByRole(AriaRole.Link, new() { Name = "Change Laptop" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the passkey" }).ClickAsync();
        await page.ArriveAtAsync("/account?done=passkey-removed");
        window.AssertNoComplaints();

        await SignOutAsync(page);
        await page.GotoAsync("/login");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await page.GetByText("The passkey was not accepted").WaitForAsync();
    }

    [Fact]
    public async Task A_passkey_is_added_with_the_password_only()
    {
        await using var window = await OpenAsync();
        await RegisterAsync(window.Page);
        await AddAsync(window.Page, "wrong password");
        await window.Page.GetByText("The password is wrong").WaitForAsync();
        Assert.Equal(0, await window.Page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Change ") }).CountAsync());
    }

    // Straight to the account: an application that is left while it starts complains.
    private static async Task<string> RegisterAsync(IPage page)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await page.GotoAsync("/register?returnUrl=%2Faccount");
        await page.GetByLabel("E-mail").FillAsync(email);
        await page.GetByLabel("Password").FillAsync("correct horse battery");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        await page.ArriveAtAsync("/account");
        return email;
    }

    private static async Task AddAsync(IPage page, string password)
    {
        await page.GotoAsync("/account");
        var form = page.Locator("[data-passkey=create]");
        await form.GetByLabel("Password").FillAsync(password);
        await form.GetByRole(AriaRole.Button).ClickAsync();
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.ArriveAtAsync("/");
    }

    private async Task<Window> OpenAsync()
    {
        var window = await chromium.OpenAsync(Url);
        var devTools = await window.Page.Context.NewCDPSessionAsync(window.Page);
        await devTools.SendAsync("WebAuthn.enable");
        await devTools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
            },
        });
        return window;
    }
}
