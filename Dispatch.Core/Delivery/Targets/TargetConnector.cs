using System.Net;
using System.Net.Sockets;
using Dispatch.Delivery.Names;
using Dispatch.Fairness;

namespace Dispatch.Delivery.Targets;

/// <summary>Carries the target guard's refusal out of the HTTP handler, because a connect callback can only throw.</summary>
internal sealed class TargetDeniedException() : Exception(TargetGuard.NotAllowed);

/// <summary>Opens the connections of all deliveries: resolves the name, asks the guard, and connects to an address it allowed.</summary>
internal sealed class TargetConnector(TargetGuard guard, ResolveHost resolve)
{
    /// <summary>Whose delivery a request is. Without it, the look-up of its name takes nobody's share.</summary>
    public static HttpRequestOptionsKey<Share> Share { get; } = new("Dispatch.Share");

    /// <exception cref="TargetDeniedException">One of the name's addresses is denied.</exception>
    /// <exception cref="SocketException">The name has no address, or no address accepts.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal] : await resolve(target.Host, ShareOf(context.InitialRequestMessage), cancellation);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);

        // One denied address refuses all, because a name with public and private addresses is an attack or a mistake.
        if (!Array.TrueForAll(addresses, guard.IsAllowed)) throw new TargetDeniedException();

        // Connects to the addresses, because a second look-up of the name could return a denied one (DNS rebinding).
        return await ConnectionRace.ConnectAsync(addresses, target.Port, cancellation);
    }

    private static Share ShareOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(Share, out var share) ? share : Fairness.Share.Of(Guid.Empty);
}
