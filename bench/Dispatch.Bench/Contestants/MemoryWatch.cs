namespace Dispatch.Bench.Contestants;

/// <summary>Looks twice a second how much memory the hosts have, from now on.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource ended = new();
    private readonly Task watching;

    public MemoryWatch(DispatchHosts hosts)
    {
        Before = Most = hosts.Megabytes();
        watching = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
            while (!ended.IsCancellationRequested)
            {
                Most = Math.Max(Most, hosts.Megabytes());
                await timer.WaitForNextTickAsync(ended.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            }
        });
    }

    /// <summary>MB at the beginning.</summary>
    public double Before { get; }

    /// <summary>MB at most since.</summary>
    public double Most { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await watching;
        ended.Dispose();
    }
}
