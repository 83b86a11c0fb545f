using Dispatch.Tests.Browser.Infrastructure;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>Debian's Chromium, driven by Playwright; one for the whole run, a context of its own for each test.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string? Executable =
        ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);

    private readonly SemaphoreSlim door = new(1);
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>A window of its own: no cookies, nothing stored. Skips the test where there is no Chromium, save in CI.</summary>
    public async Task<Window> OpenAsync(string hostUrl, int width = 1280, int height = 860, string theme = "dark")
    {
        var isCi = Environment.GetEnvironmentVariable("CI") == "true";
        Assert.SkipWhen(Executable is null && !isCi, "Chromium is not installed (Debian: apt-get install chromium)");
        var context = await (await LaunchAsync()).NewContextAsync(new()
        {
            BaseURL = hostUrl,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = theme == "light" ? ColorScheme.Light : ColorScheme.Dark,
            Locale = "en-GB",
            TimezoneId = "Europe/Zurich",
        });
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"], new() { Origin = hostUrl });
        return new Window(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.CloseAsync();
        playwright?.Dispose();
        door.Dispose();
    }

    private async Task<IBrowser> LaunchAsync()
    {
        await door.WaitAsync();
        try
        {
            Assertions.SetDefaultExpectTimeout(Window.TimeoutMs);
            playwright ??= await Playwright.CreateAsync();
            return browser ??= await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Executable,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            });
        }
        finally
        {
            door.Release();
        }
    }
}
