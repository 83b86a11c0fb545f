using Dispatch.Live;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;

namespace Dispatch.Web.Live;

/// <summary>
/// Listens to the engine's feed from a circuit, in the process. A circuit that lost its browser goes on listening until it is given up.
/// </summary>
internal sealed class CircuitLiveFeed(
    JobFeed feed, AuthenticationStateProvider authentication, IJSRuntime browser, TimeProvider clock, ILogger<ChangeBatcher> log)
    : ILiveFeed, IDisposable
{
    private readonly Listeners listeners = new();
    private ChangeBatcher? batcher;
    private IDisposable? subscription;
    private bool isDisposed;

    public IDisposable Listen(Func<ChangeBatch, Task> onChange)
    {
        var listening = listeners.Add(onChange);
        if (batcher is null)
        {
            batcher = new ChangeBatcher(listeners.TellAsync, clock, log);
            _ = SubscribeAsync(batcher);
        }

        // What changed between the page's reading and now was told to nobody.
        _ = onChange(new ChangeBatch([], Invalidate: true));
        return listening;
    }

    public void Dispose()
    {
        isDisposed = true;
        subscription?.Dispose();
        batcher?.Dispose();
    }

    private async Task SubscribeAsync(ChangeBatcher batches)
    {
        if ((await authentication.GetAuthenticationStateAsync()).User.AccountId() is not { } me || isDisposed) return;
        subscription = feed.Subscribe(me, batches.Add);
        if (isDisposed) subscription.Dispose();
        await browser.InvokeVoidAsync("dispatchConnection.set", "live");
    }
}
