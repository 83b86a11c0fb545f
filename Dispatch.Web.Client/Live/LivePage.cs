using System.Text.Json.Serialization.Metadata;
using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.Components;

namespace Dispatch.Web.Client.Live;

/// <summary>A page that reads once, at prerender or when it is navigated to, then listens and reads again when something changed.</summary>
public abstract class LivePage<T> : ComponentBase, IDisposable where T : class
{
    // What came while a reading was under way: the answer may be older than that.
    private readonly List<ChangeBatch> meanwhile = [];
    private readonly NewestReading readings = new();
    private Refresher? refresher;
    private IDisposable? listening;
    private bool isHandedOver;

    /// <summary>What was read at prerender; the page gives it its <c>[PersistentState]</c>.</summary>
    public abstract T? Kept { get; set; }

    /// <summary>What is shown; null until something was read.</summary>
    protected T? Shown { get; private set; }

    /// <summary>Why the last reading failed; null when it did not. What was read before stays.</summary>
    protected ApiFailure? Failure { get; private set; }

    protected abstract JsonTypeInfo<T> Json { get; }

    [Inject]
    private ILiveFeed Feed { get; set; } = null!;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task<ApiResult<T>> AskAsync();

    /// <summary>What can be said of a change at once, before it is read.</summary>
    protected virtual T Apply(T shown, ChangeBatch batch) => shown;

    protected async Task ReadAsync()
    {
        meanwhile.Clear();
        var reading = readings.Begin();
        var result = await AskAsync();
        if (!readings.IsNewest(reading)) return;
        Failure = result.Failure;
        if (result.Data is { } data) Shown = meanwhile.Aggregate(data, Apply);
    }

    /// <summary>Reads again soon; on the page's own context.</summary>
    protected void ReadAgain() => refresher?.Ask();

    protected override async Task OnInitializedAsync()
    {
        isHandedOver = Kept is not null;
        Shown = Kept;
        if (!isHandedOver) await ReadAsync();
        Kept = PrerenderedState.OrNull(Shown, Json);
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender) return;
        refresher = new Refresher(RefreshAsync);
        listening = Feed.Listen(batch => InvokeAsync(() => Changed(batch)));
        // What changed between the prerender and now was told to nobody.
        if (isHandedOver) refresher.Ask();
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing) return;
        listening?.Dispose();
        refresher?.Dispose();
    }

    private void Changed(ChangeBatch batch)
    {
        meanwhile.Add(batch);
        if (Shown is not null) Shown = Apply(Shown, batch);
        StateHasChanged();
        ReadAgain();
    }

    private async Task RefreshAsync()
    {
        await ReadAsync();
        StateHasChanged();
    }
}
