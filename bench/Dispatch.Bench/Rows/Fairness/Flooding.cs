namespace Dispatch.Bench.Rows.Fairness;

/// <summary>Many callers that do one thing again and again without a pause; refusals are counted and cost them a moment.</summary>
/// <param name="sendAsync">False: it was refused.</param>
internal sealed class Flooding(Func<CancellationToken, Task<bool>> sendAsync)
{
    private int taken;
    private int refused;

    public Task RunAsync(int callers, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(cancellation), CancellationToken.None)));

    public void AddTo(Figures figures, TimeSpan duration)
    {
        figures["greedy requests/s"] = taken / duration.TotalSeconds;
        figures["greedy refused/s"] = refused / duration.TotalSeconds;
    }

    private async Task CallAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (await sendAsync(cancellation))
                {
                    Interlocked.Increment(ref taken);
                    continue;
                }
            }
            catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or TaskCanceledException)
            {
                if (cancellation.IsCancellationRequested) return;
            }

            Interlocked.Increment(ref refused);
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
