using System.Net;
using System.Net.Sockets;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// An address that swallows packets: a listener that accepts nobody and whose queue is full, so that the kernel drops each further SYN.
/// </summary>
internal sealed class SilentAddress : IDisposable
{
    private readonly Socket listener;
    private readonly Socket filler;

    public SilentAddress(string address, int port)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        listener = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(endPoint);
        listener.Listen(0);   // room for one
        filler = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        filler.Connect(endPoint);
    }

    public void Dispose()
    {
        filler.Dispose();
        listener.Dispose();
    }
}
