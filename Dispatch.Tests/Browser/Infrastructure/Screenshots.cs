using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>
/// Where pictures of the pages go: <c>docs/screenshots</c> with <c>./test.sh --screenshots</c>, else beside the test's files, so
/// that a run changes nothing in the repository.
/// </summary>
internal static class Screenshots
{
    public static async Task TakeAsync(IPage page, string name, string variant)
    {
        var folder = Environment.GetEnvironmentVariable("DISPATCH_SCREENSHOTS") == "1"
            ? Path.Combine(RepositoryTop(), "docs", "screenshots")
            : Path.Combine(AppContext.BaseDirectory, "screenshots");
        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(folder, $"{name}-{variant}.png"),
            Animations = ScreenshotAnimations.Disabled,
        });
    }

    private static string RepositoryTop([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
