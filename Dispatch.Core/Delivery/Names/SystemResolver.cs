using System.Net;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Asks the system's resolver, which cannot be cancelled, on a thread for each look-up: <see cref="Dns"/> would block threads of the pool,
/// and a few slow name servers would starve it.
/// </summary>
/// <param name="lookUp">The blocking look-up; null: the system's.</param>
internal sealed class SystemResolver(Func<string, IPAddress[]>? lookUp = null)
{
    private readonly Func<string, IPAddress[]> lookUp = lookUp ?? Dns.GetHostAddresses;

    /// <summary>Ends when the system's resolver has ended, also if it is cancelled, because until then it holds the thread.</summary>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) => Task.Factory.StartNew(
        () => lookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
