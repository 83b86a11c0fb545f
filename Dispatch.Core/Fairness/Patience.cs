namespace Dispatch.Fairness;

internal static class Patience
{
    /// <summary>Waits in turn, but not longer than that. Null: there was no room in time.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public static async ValueTask<Permit?> TryEnterAsync(
        this FairLimiter limiter, Share share, int size, TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var entering = limiter.EnterAsync(share, size, limit.Token);
        if (entering.IsCompletedSuccessfully) return entering.Result;

        limit.CancelAfter(patience);
        try
        {
            return await entering;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
