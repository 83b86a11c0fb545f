using System.IO.Pipelines;
using System.Net;
using Dispatch.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Dispatch.Web.Connections;

/// <summary>Stands before HTTP on each connection: counts it, and ends it when its client takes none of an answer.</summary>
internal sealed class ConnectionLimits(
    LimitOptions limits, DispatchOptions dispatch, ConnectionRegister register, ConnectionLog log)
{
    private readonly long unreadMs = (long)limits.UnreadAnswerTimeout.TotalMilliseconds;

    public ConnectionDelegate Around(ConnectionDelegate next) => connection => RunAsync(connection, next);

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var client = new ClientConnection(connection, CountedAddress(connection.RemoteEndPoint));
        if (!register.TryAdd(client))
        {
            client.Abort("too many connections");
            return;
        }

        var transport = connection.Transport;
        try
        {
            connection.Features.Set(client);
            Watch(connection, client);
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
            register.Remove(client);
        }
    }

    private void Watch(ConnectionContext connection, ClientConnection client)
    {
        var output = new WatchedOutput(connection.Transport.Output);
        connection.Transport = new Ways(connection.Transport.Input, output);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(_ => Look(client, output), this);
    }

    // Kestrel's heart beats once a second.
    private void Look(ClientConnection client, WatchedOutput output)
    {
        if (client.IsAborted) return;
        if (client.IsOverdue) client.Abort("too many connections");
        if (!output.IsStuck(unreadMs)) return;
        client.Abort("the client does not read");
        log.Unread(limits.UnreadAnswerTimeout);
    }

    // All people behind a proxy share its address, so its connections are counted in all only.
    private string? CountedAddress(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address }) return null;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return dispatch.KnownProxies.Any(proxies => proxies.Contains(address)) ? null : ClientAddress.Network(address);
    }

    private sealed record Ways(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
