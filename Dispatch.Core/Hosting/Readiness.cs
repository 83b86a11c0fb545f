using Dispatch.Hosts;
using Dispatch.Writing;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Hosting;

/// <summary>Whether this host takes work: it has signed in, holds its lease, can store something, and is not stopping.</summary>
internal sealed class Readiness(HostLease host, Lease lease, WriteHealth writes, IHostApplicationLifetime lifetime)
{
    public bool IsOpen => host.IsSignedIn && lease.IsHeld && !writes.IsStalled && !lifetime.ApplicationStopping.IsCancellationRequested;
}
