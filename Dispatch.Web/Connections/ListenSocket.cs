using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dispatch.Web.Connections;

/// <summary>The socket that the host listens at; connections inherit its options.</summary>
internal static class ListenSocket
{
    // Linux, include/uapi/linux/tcp.h.
    private const int Tcp = 6;
    private const int NotSentLowAt = 25;

    private const int MaxUnsent = 16 * 1024;

    /// <summary>
    /// Linux takes up to 4 MB of an answer for a client that does not read, and keeps them in memory that counts as this process's in a
    /// container: 1.5 GB for 2,000 connections. With this option it takes what is on the way and a little more, so nobody gets slower.
    /// </summary>
    public static Socket Create(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp)
            socket.SetRawSocketOption(Tcp, NotSentLowAt, BitConverter.GetBytes(MaxUnsent));
        return socket;
    }
}
