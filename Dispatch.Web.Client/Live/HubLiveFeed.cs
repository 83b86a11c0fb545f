using System.Net;
using Dispatch.Web.Client.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.JSInterop;

namespace Dispatch.Web.Client.Live;

/// <summary>
/// Listens to the hub from WebAssembly. If the connection breaks, it connects again and tells the listeners to look again. It goes to
/// the sign-in page only when the host says that nobody is signed in any more.
/// </summary>
public sealed class HubLiveFeed : ILiveFeed, IAsyncDisposable
{
    public const string Address = "/hubs/jobs";

    /// <summary>The hub's one message: a <see cref="ChangeBatch"/>.</summary>
    public const string Changed = "changed";

    /// <summary>After so long without a word the host is taken to be gone. It says one every <see cref="KeepAlive"/>.</summary>
    private static readonly TimeSpan ServerTimeout = TimeSpan.FromSeconds(12);

    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    private readonly HubConnection hub;
    private readonly Listeners listeners = new();
    private readonly IJSRuntime browser;
    private readonly NavigationManager navigation;
    private readonly CancellationTokenSource closing = new();
    private bool started;

    public HubLiveFeed(NavigationManager navigation, IJSRuntime browser)
    {
        this.browser = browser;
        this.navigation = navigation;
        hub = new HubConnectionBuilder()
            .WithUrl(navigation.ToAbsoluteUri(Address))
            .WithServerTimeout(ServerTimeout)
            .WithAutomaticReconnect(new UntilSignedOut())
            .AddJsonProtocol(json => json.PayloadSerializerOptions = LiveJson.Wire)
            .Build();
        hub.On<ChangeBatch>(Changed, listeners.TellAsync);
        hub.Reconnecting += _ => ShowAsync("reconnecting");
        hub.Reconnected += _ => CaughtUpAsync();
        hub.Closed += _ => closing.IsCancellationRequested ? Task.CompletedTask : StartAsync();   // the host said goodbye
    }

    public IDisposable Listen(Func<ChangeBatch, Task> onChange)
    {
        if (!started)
        {
            started = true;
            _ = StartAsync();
        }

        return listeners.Add(onChange);
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await hub.DisposeAsync();
        closing.Dispose();
    }

    private async Task StartAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await hub.StartAsync(closing.Token);
                await CaughtUpAsync();
                return;
            }
            catch (Exception exception) when (IsSignedOut(exception))
            {
                navigation.ToSignIn();
                return;
            }
            catch (Exception) when (!closing.IsCancellationRequested)
            {
                await ShowAsync("reconnecting");
                await Task.Delay(TimeSpan.FromSeconds(1), closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task CaughtUpAsync()
    {
        await ShowAsync("live");
        await listeners.TellAsync(new ChangeBatch([], Invalidate: true));
    }

    private Task ShowAsync(string state) => browser.InvokeVoidAsync("dispatchConnection.set", state).AsTask();

    private static bool IsSignedOut(Exception? exception) => exception is HttpRequestException { StatusCode: HttpStatusCode.Unauthorized };

    // Null ends the trying: Closed is called, and the next start is told the same.
    private sealed class UntilSignedOut : IRetryPolicy
    {
        public TimeSpan? NextRetryDelay(RetryContext retryContext) =>
            IsSignedOut(retryContext.RetryReason) ? null : TimeSpan.FromSeconds(Math.Min(3, retryContext.PreviousRetryCount));
    }
}
