using System.Net;
using System.Net.Sockets;
using Dispatch.Fairness;
using Dispatch.Settings;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Looks names up so that nobody's silent name server makes others late: the look-ups under way at once are shared out per account, and
/// callers of one share that ask for the same name share a look-up.
/// </summary>
internal sealed class NameLookup
{
    // Each holds a UDP socket for each name server that it has asked.
    private const int MaxQueries = 1024;

    private const int MaxThreads = 128;

    private readonly FairLimiter limiter;
    private readonly SharedCalls<(Share Share, string Host), IPAddress[]> calls;

    /// <summary>
    /// By our own resolver on Linux, or if the settings name servers. Elsewhere by the system's, because other systems keep their servers
    /// in ways of their own.
    /// </summary>
    public NameLookup(DeliveryOptions options, TimeProvider clock)
        : this(OperatingSystem.IsLinux() || options.NameServers.Count > 0 ? new DnsResolver(options.NameServers, clock) : null)
    {
    }

    /// <param name="resolver">Null: the system's.</param>
    public NameLookup(DnsResolver? resolver)
        : this(
            resolver is null ? new SystemResolver().ResolveAsync : resolver.ResolveAsync,
            resolver is null ? MaxThreads : MaxQueries)
    {
    }

    /// <param name="resolve">One look-up.</param>
    /// <param name="limit">Look-ups at once.</param>
    public NameLookup(Func<string, CancellationToken, Task<IPAddress[]>> resolve, int limit)
    {
        limiter = new(new FairLimits(limit));
        calls = new(async (key, over) =>
        {
            using var permit = await limiter.EnterAsync(key.Share, over);
            return await resolve(key.Host, over);
        });
    }

    /// <summary>Look-ups under way, and those that wait for their account's share.</summary>
    public int Running => limiter.Taken + limiter.Waiting;

    /// <summary>Returns the name's current addresses. A look-up ends when its last caller gives up; results are not cached.</summary>
    /// <exception cref="SocketException">There is no such name, it has no address, or no name server could tell.</exception>
    public Task<IPAddress[]> ResolveAsync(string host, Share share, CancellationToken cancellation) =>
        calls.GetAsync((share, host), cancellation);
}
