using System.Net;
using System.Net.Sockets;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Ports of the loopback for servers that cannot choose one themselves.</summary>
internal static class Ports
{
    // Below the ports that the system gives to outgoing connections (32768 on), which would take one between here and its server's start.
    private static int last = Random.Shared.Next(10_000, 20_000);

    /// <summary>A port of the loopback that nobody listens at and that was not given out before.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref last);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                continue;   // somebody listens there
            }
        }
    }
}
