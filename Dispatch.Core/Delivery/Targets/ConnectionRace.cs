using System.Net;
using System.Net.Sockets;

namespace Dispatch.Delivery.Targets;

/// <summary>
/// Connects to a host with several addresses (RFC 8305, Happy Eyeballs): an address that swallows packets costs 250 ms, because the next
/// one is tried beside it then. The first connection wins, and the others are closed.
/// </summary>
internal static class ConnectionRace
{
    private static readonly TimeSpan NextAttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <param name="addresses">In the order to try them; the families take turns, beginning with the first address's.</param>
    /// <exception cref="SocketException">No address accepts.</exception>
    /// <exception cref="HostShortageException">This host lacks something.</exception>
    public static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        if (addresses is [var only])
        {
            var attempt = await TcpConnect.TryAsync(new IPEndPoint(ByIPv4IfMapped(only), port), cancellation);
            cancellation.ThrowIfCancellationRequested();
            return new DeliveryStream(attempt.Socket ?? throw attempt.Failure!);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<ConnectAttempt>>();
        try
        {
            return new DeliveryStream(await WinnerAsync(Alternate(addresses), port, running, over.Token));
        }
        finally
        {
            await over.CancelAsync();
            foreach (var loser in running) _ = CloseAsync(loser);
        }
    }

    private static async Task<Socket> WinnerAsync(
        IEnumerable<IPAddress> addresses, int port, List<Task<ConnectAttempt>> running, CancellationToken over)
    {
        SocketException? failure = null;
        var left = new Queue<IPAddress>(addresses);
        while (left.Count + running.Count > 0)
        {
            if (left.TryDequeue(out var address)) running.Add(TcpConnect.TryAsync(new IPEndPoint(address, port), over));
            var ended = await FirstToEndAsync(running, left.Count > 0 ? NextAttemptDelay : Timeout.InfiniteTimeSpan, over);
            if (ended is null) continue;

            running.Remove(ended);
            var attempt = await ended;
            if (attempt.Socket is { } winner) return winner;
            if (attempt.Failure is not SocketException refused) throw attempt.Failure!;   // this host's, so the next would not do either
            failure = MoreTelling(failure, refused);
        }

        throw failure!;
    }

    private static async Task<Task<ConnectAttempt>?> FirstToEndAsync(
        List<Task<ConnectAttempt>> running, TimeSpan limit, CancellationToken over)
    {
        var first = Task.WhenAny(running);
        await ((Task)first).WaitAsync(limit, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        over.ThrowIfCancellationRequested();
        return first.IsCompleted ? await first : null;
    }

    /// <summary>That one address cannot be reached says less than another's refusal; otherwise the last failure counts.</summary>
    private static SocketException MoreTelling(SocketException? one, SocketException other) =>
        one is not null && IsUnreachable(other) && !IsUnreachable(one) ? one : other;

    private static bool IsUnreachable(SocketException failure) => failure.SocketErrorCode is SocketError.NetworkUnreachable
        or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.AddressFamilyNotSupported;

    /// <summary>The addresses without doubles, so that their families take turns.</summary>
    private static IEnumerable<IPAddress> Alternate(IPAddress[] addresses)
    {
        return addresses
            .Select(ByIPv4IfMapped).Distinct()
            .GroupBy(address => address.AddressFamily)
            .SelectMany(family => family.Select((address, place) => (Address: address, Place: place)))
            .OrderBy(one => one.Place)   // stable, so that the first address's family comes first in each place
            .Select(one => one.Address);
    }

    // A socket for IPv6 cannot connect to ::ffff:a.b.c.d.
    private static IPAddress ByIPv4IfMapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static async Task CloseAsync(Task<ConnectAttempt> loser) => (await loser).Socket?.Dispose();
}
