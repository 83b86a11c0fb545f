using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.Components;

namespace Dispatch.Web.Client.Live;

/// <summary>
/// A page that reads once, at prerender or when it is navigated to, then listens and reads again when something changed. What it read is a
/// <c>[PersistentState]</c> property of the page itself.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private Refresher? refresher;
    private IDisposable? listening;
    private bool isHandedOver;

    [Inject]
    private ILiveFeed Feed { get; set; } = null!;

    /// <summary>Why the last reading failed; null when it did not. What was read before stays.</summary>
    protected ApiFailure? Failure { get; set; }

    /// <summary>True once something was read, here or at prerender.</summary>
    protected abstract bool HasData { get; }

    /// <summary>Reads what the page shows, and sets <see cref="Failure"/>.</summary>
    protected abstract Task ReadAsync();

    /// <summary>What can be shown of a change at once, before it is read.</summary>
    protected virtual void Apply(ChangeBatch batch)
    {
    }

    /// <summary>Reads again soon; on the page's own context.</summary>
    protected void ReadAgain() => refresher?.Ask();

    protected override async Task OnInitializedAsync()
    {
        isHandedOver = HasData;
        if (!isHandedOver) await ReadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender) return;
        refresher = new Refresher(RefreshAsync);
        listening = Feed.Listen(batch => InvokeAsync(() =>
        {
            Apply(batch);
            StateHasChanged();
            refresher.Ask();
        }));
        // What changed between the prerender and now was told to nobody.
        if (isHandedOver) refresher.Ask();
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        listening?.Dispose();
        refresher?.Dispose();
    }

    private async Task RefreshAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }
}
