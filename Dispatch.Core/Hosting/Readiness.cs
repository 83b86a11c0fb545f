using Dispatch.Hosts;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Hosting;

/// <summary>Whether this host takes work: it has signed in and is not stopping.</summary>
internal sealed class Readiness(HostLease lease, IHostApplicationLifetime lifetime)
{
    public bool IsOpen => lease.IsSignedIn && !lifetime.ApplicationStopping.IsCancellationRequested;
}
