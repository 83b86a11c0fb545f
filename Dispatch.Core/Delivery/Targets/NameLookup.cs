using System.Collections.Concurrent;
using System.Net;

namespace Dispatch.Delivery.Targets;

internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>
/// Looks names up without making other deliveries late. On Linux, <see cref="Dns"/> blocks a pool thread for each look-up, so a few slow
/// name servers would starve the whole pool. Here look-ups have their own threads, and callers that ask for one name share a look-up.
/// </summary>
/// <param name="lookUp">The blocking look-up; null: the system's.</param>
internal sealed class NameLookup(Func<string, IPAddress[]>? lookUp = null)
{
    private const int MaxThreads = 128;

    private static readonly SemaphoreSlim Threads = new(MaxThreads);

    private readonly Func<string, IPAddress[]> lookUp = lookUp ?? Dns.GetHostAddresses;
    private readonly ConcurrentDictionary<string, Lazy<Task<IPAddress[]>>> running = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the name's current addresses. Callers share a running look-up; finished ones are not cached.</summary>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) =>
        running.GetOrAdd(host, name => new(() => LookUpAsync(name))).Value.WaitAsync(cancellation);

    private async Task<IPAddress[]> LookUpAsync(string host)
    {
        await Threads.WaitAsync();
        try
        {
            return await Task.Factory.StartNew(
                () => lookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            running.TryRemove(host, out _);
            Threads.Release();
        }
    }
}
