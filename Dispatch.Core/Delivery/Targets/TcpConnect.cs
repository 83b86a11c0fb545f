using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Targets;

/// <summary>How the attempt to connect to one address ended: with a socket, or with its failure.</summary>
/// <param name="Failure">A <see cref="SocketException"/>, or a <see cref="HostShortageException"/> if this host lacks something.</param>
internal readonly record struct ConnectAttempt(Socket? Socket, Exception? Failure);

/// <summary>
/// Connects to one address and throws nothing: an exception costs a fifth of what a failing attempt costs, and each method that it passes
/// throws it again.
/// </summary>
internal static class TcpConnect
{
    public static async Task<ConnectAttempt> TryAsync(IPEndPoint target, CancellationToken cancellation)
    {
        Socket socket;
        try
        {
            socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        }
        catch (SocketException failure)
        {
            return Failed(failure, target);
        }

        using var connecting = new Connecting(target);
        var error = await connecting.RunAsync(socket, cancellation);
        if (error == SocketError.Success && !cancellation.IsCancellationRequested) return new(socket, null);

        socket.Dispose();
        return Failed(new SocketException((int)(error == SocketError.Success ? SocketError.OperationAborted : error)), target);
    }

    private static ConnectAttempt Failed(SocketException failure, IPEndPoint target) => new(
        null, HostShortages.FindAtConnect(failure, target) is { } shortage ? new HostShortageException(shortage, failure) : failure);

    private sealed class Connecting : SocketAsyncEventArgs
    {
        private readonly TaskCompletionSource<SocketError> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Connecting(IPEndPoint target) => RemoteEndPoint = target;

        public async Task<SocketError> RunAsync(Socket socket, CancellationToken cancellation)
        {
            if (!socket.ConnectAsync(this)) return SocketError;
            await using var cancelled = cancellation.UnsafeRegister(
                static connecting => Socket.CancelConnectAsync((SocketAsyncEventArgs)connecting!), this);
            return await ended.Task;
        }

        protected override void OnCompleted(SocketAsyncEventArgs e) => ended.TrySetResult(e.SocketError);
    }
}
