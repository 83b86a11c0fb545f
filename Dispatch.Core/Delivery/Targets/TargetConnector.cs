using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Targets;

/// <summary>The target guard's refusal on its way out of the HTTP handler, which lets a connect callback fail only by throwing.</summary>
internal sealed class TargetDeniedException() : Exception(TargetGuard.NotAllowed);

/// <summary>Opens the connections of all deliveries: resolves, judges, and connects to what was judged.</summary>
internal sealed class TargetConnector(TargetGuard guard, ResolveHost resolve)
{
    /// <summary>The handler's connect callback.</summary>
    /// <exception cref="TargetDeniedException">One of the name's addresses is denied.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var target = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await resolve(target.Host, cancellation);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);

        // One denied answer refuses all: a name that is public and private at once is an attack or a mistake, and which one it is cannot be seen.
        if (!Array.TrueForAll(addresses, guard.IsAllowed)) throw new TargetDeniedException();

        // To the address, not to the name: resolving again could give another answer than the one judged (DNS rebinding).
        return await ConnectAsync(addresses, target.Port, cancellation);
    }

    /// <summary>A connection to the first address that takes one.</summary>
    /// <exception cref="SocketException">None does.</exception>
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
                // The next address may be reachable; the last one's error is the attempt's.
            }
        }

        return await ConnectAsync(addresses[^1], port, cancellation);
    }

    private static async Task<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
