using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Targets;

/// <summary>Carries the target guard's refusal out of the HTTP handler, because a connect callback can only throw.</summary>
internal sealed class TargetDeniedException() : Exception(TargetGuard.NotAllowed);

/// <summary>Opens the connections of all deliveries: resolves the name, asks the guard, and connects to an address it allowed.</summary>
internal sealed class TargetConnector(TargetGuard guard, ResolveHost resolve)
{
    /// <exception cref="TargetDeniedException">One of the name's addresses is denied.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellation);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);

        // One denied address refuses all, because a name with public and private addresses is an attack or a mistake.
        if (!Array.TrueForAll(addresses, guard.IsAllowed)) throw new TargetDeniedException();

        // Connects to the address, because a second look-up of the name could return a denied one (DNS rebinding).
        return await ConnectAsync(addresses, target.Port, cancellation);
    }

    /// <summary>Connects to the first address that accepts.</summary>
    /// <exception cref="SocketException">No address accepts.</exception>
    public static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        foreach (var address in addresses[..^1])
        {
            try
            {
                return await ConnectAsync(address, port, cancellation);
            }
            catch (SocketException)
            {
                // The next address may accept. Only the last one's error counts.
            }
        }

        return await ConnectAsync(addresses[^1], port, cancellation);
    }

    /// <exception cref="HostShortageException">This host lacks something, so the next address would not do either.</exception>
    private static async Task<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var target = new IPEndPoint(address, port);
        try
        {
            return await ConnectAsync(target, cancellation);
        }
        catch (SocketException failure) when (HostShortages.FindAtConnect(failure, target) is { } shortage)
        {
            throw new HostShortageException(shortage, failure);
        }
    }

    private static async Task<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellation)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellation);
            return new DeliveryStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
