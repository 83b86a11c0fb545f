using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dispatch.Web.Client.Parts;

/// <summary>The browser's side of fields, <c>fields.js</c>: instants between the reader's zone and UTC, and long texts.</summary>
public sealed class BrowserFields(IJSRuntime browser) : IAsyncDisposable
{
    public const string Module = "./fields.js";

    /// <summary>The longest text that is fetched, in bytes: the largest payload that any installation can allow.</summary>
    public const int MaxText = 16 * 1024 * 1024;

    private Task<IJSObjectReference>? module;

    private Task<IJSObjectReference> Script => module ??= browser.InvokeAsync<IJSObjectReference>("import", Module).AsTask();

    /// <summary>Puts an instant into a <c>datetime-local</c> input.</summary>
    /// <param name="utc">RFC 3339 UTC; null empties the input.</param>
    public async Task ShowInstantAsync(ElementReference input, string? utc) =>
        await (await Script).InvokeVoidAsync("showInstant", input, utc);

    /// <summary>The instant that the value of a <c>datetime-local</c> input means to the reader; null where it means none.</summary>
    public async Task<string?> UtcOfAsync(string local) => await (await Script).InvokeAsync<string?>("utcOf", local);

    public async Task<string> TomorrowAtAsync(int hour) => await (await Script).InvokeAsync<string>("tomorrowAt", hour);

    /// <summary>Fills a text area and tells the owner's <c>EditedAsync</c> when a person paused in editing it.</summary>
    public async Task EditTextAsync<T>(ElementReference area, string text, DotNetObjectReference<T> owner) where T : class =>
        await (await Script).InvokeVoidAsync("editText", area, text, owner);

    /// <summary>Nobody edited the text area since it was filled.</summary>
    public async Task<bool> IsUnchangedAsync(ElementReference area) => await (await Script).InvokeAsync<bool>("isUnchanged", area);

    public async Task SetTextAsync(ElementReference area, string text) => await (await Script).InvokeVoidAsync("setText", area, text);

    public async Task GoToAsync(ElementReference area, int at) => await (await Script).InvokeVoidAsync("goTo", area, at);

    /// <summary>
    /// The text of a text area, as a stream, because one message to a circuit is limited and a payload may be longer.
    /// Null if the text is longer than <see cref="MaxText"/>.
    /// </summary>
    public async Task<string?> TextOfAsync(ElementReference area)
    {
        await using var sent = await (await Script).InvokeAsync<IJSStreamReference>("textOf", area);
        if (sent.Length == 0) return "";
        if (sent.Length > MaxText) return null;
        await using var stream = await sent.OpenReadStreamAsync(MaxText);
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (module is null) return;
        try
        {
            await (await module).DisposeAsync();
        }
        catch (JSException)
        {
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the module with it.
        }
    }
}
