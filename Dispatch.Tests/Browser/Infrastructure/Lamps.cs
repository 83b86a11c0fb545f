using System.Text.Json;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>Watches lamps in a page, without looking at it again and again.</summary>
internal static class Lamps
{
    /// <summary>The page is interactive and its live feed is connected.</summary>
    public static Task LiveAsync(this IPage page) => page.Locator("html[data-connection=live]")
        .WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 60_000 });

    /// <summary>Notes from now on every status that the lamp inside <paramref name="scope"/> shows, with the time.</summary>
    public static Task NoteAsync(this IPage page, string scope) => page.EvaluateAsync(
        """
        scope => {
          globalThis.noted = [];
          const look = () => {
            const status = document.querySelector(scope + ' .lamp[data-status]')?.dataset.status;
            if (status && noted.at(-1)?.status !== status) noted.push({ status, at: Date.now() });
          };
          look();
          new MutationObserver(look).observe(
            document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-status'] });
        }
        """, scope);

    /// <summary>Waits until the noted lamp shows it; returns all it showed until then.</summary>
    public static async Task<string[]> NotedUntilAsync(this IPage page, string status, float timeoutMs = 20_000)
    {
        await page.WaitForFunctionAsync("status => noted.some(seen => seen.status === status)", status, new() { Timeout = timeoutMs });
        return (await page.EvaluateAsync<JsonElement>("() => noted.map(seen => seen.status)"))
            .EnumerateArray().Select(seen => seen.GetString()!).ToArray();
    }
}
