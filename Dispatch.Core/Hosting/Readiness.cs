using Dispatch.Hosts;
using Dispatch.Writing;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Hosting;

/// <summary>Whether this host takes work: it has signed in, holds its lease, can store something, and is not stopping.</summary>
internal sealed class Readiness(HostLease host, Lease lease, WriteHealth writes, IHostApplicationLifetime lifetime)
{
    /// <summary>Null: it does.</summary>
    public string? WhyNot =>
        lifetime.ApplicationStopping.IsCancellationRequested ? "stopping"
        : !host.IsSignedIn ? "starting"
        : writes.IsStalled ? "the database takes no writes"
        : !lease.IsHeld ? "the database was out of reach"
        : null;
}
