using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>Waits until a page is where it was sent.</summary>
internal static class Arrival
{
    /// <summary>
    /// The page stands at the path and query of the host it is at, in which * stands for anything, and has loaded. In place of
    /// Playwright's <c>WaitForURLAsync</c>, which waits for a navigation that is over when it ends between that method's look and its
    /// waiting (microsoft/playwright-dotnet issue 3364): this one looks again.
    /// </summary>
    public static async Task ArriveAtAsync(this IPage page, string pathAndQuery, float timeoutMs = Window.TimeoutMs)
    {
        var address = Regex.Escape(new Uri(page.Url).GetLeftPart(UriPartial.Authority) + pathAndQuery)
            .Replace(@"\*", ".*", StringComparison.Ordinal);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"^{address}$"), new() { Timeout = timeoutMs });
        await page.WaitForLoadStateAsync();
    }
}
