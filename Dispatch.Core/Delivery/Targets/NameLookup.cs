using System.Collections.Concurrent;
using System.Net;

namespace Dispatch.Delivery.Targets;

/// <summary>Finds the addresses of a host name.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>
/// Name look-ups that cannot make other deliveries late. On Linux, <see cref="Dns"/> blocks a thread-pool thread per look-up, so a few slow name
/// servers would starve the pool of the whole host; here look-ups have threads of their own, and all who ask for a name at once share one.
/// </summary>
/// <param name="lookUp">The blocking look-up; null: the system's.</param>
internal sealed class NameLookup(Func<string, IPAddress[]>? lookUp = null)
{
    private const int MaxThreads = 128;

    private static readonly SemaphoreSlim Threads = new(MaxThreads);

    private readonly Func<string, IPAddress[]> lookUp = lookUp ?? Dns.GetHostAddresses;
    private readonly ConcurrentDictionary<string, Lazy<Task<IPAddress[]>>> running = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The addresses that the name has now; nothing is cached beyond the look-up that is under way.</summary>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) =>
        running.GetOrAdd(host, name => new(() => LookUpAsync(name))).Value.WaitAsync(cancellation);

    private async Task<IPAddress[]> LookUpAsync(string host)
    {
        await Threads.WaitAsync();
        try
        {
            return await Task.Factory.StartNew(() => lookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            running.TryRemove(host, out _);
            Threads.Release();
        }
    }
}
