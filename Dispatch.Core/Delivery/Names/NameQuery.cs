using System.Collections.Concurrent;
using System.Net;

namespace Dispatch.Delivery.Names;

/// <summary>
/// Asks name servers for one name's addresses, IPv4 and IPv6 at the same time. A question without a reply is asked again, of the next
/// server if there is one, and a reply counts whenever it comes. Holds no thread, and one UDP socket for each server that it has asked.
/// </summary>
/// <remarks>
/// The servers take turns, each once in a round. A turn ends when the server could not answer or its patience is over, which is 1 s in the
/// first round and twice as long in each later one.
/// </remarks>
internal sealed class NameQuery : IAsyncDisposable
{
    // RFC 8305 calls this the resolution delay.
    private static readonly TimeSpan GraceForOtherFamily = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(1);

    private readonly ResolvConf conf;
    private readonly int firstServer;
    private readonly TimeProvider clock;
    private readonly Dictionary<RecordType, byte[]> open;   // questions without a reply
    private readonly List<DnsReply> replies = [];
    private readonly Dictionary<IPEndPoint, NameServerSocket> sockets = [];
    private readonly ConcurrentQueue<(NameServerSocket From, RecordType Type, DnsReply Reply)> heard = new();
    private readonly SemaphoreSlim somethingHeard = new(0);

    private int turn = -1;
    private NameServerSocket? current;
    private readonly HashSet<RecordType> failedInTurn = [];
    private long waitingSince;
    private TimeSpan patience;
    private bool waitsForOtherFamily;
    private bool isRoundWorthRepeating;
    private bool hasFailure;
    private bool isOver;

    private NameQuery(Dictionary<RecordType, byte[]> questions, ResolvConf conf, int firstServer, TimeProvider clock) =>
        (open, this.conf, this.firstServer, this.clock) = (questions, conf, firstServer, clock);

    /// <summary>
    /// The name's addresses of both families; or why there are none, where <see cref="ReplyKind.Unreachable"/> means that no server
    /// answered, or that the caller gave up.
    /// </summary>
    /// <param name="firstServer">The index of the server that is asked first.</param>
    /// <param name="cancellation">Ends it early. It then returns what is known.</param>
    /// <exception cref="System.Net.Sockets.SocketException">This machine has no socket left.</exception>
    public static async Task<DnsReply> AskAsync(
        string name, RecordType[] types, ResolvConf conf, int firstServer, TimeProvider clock, CancellationToken cancellation)
    {
        var questions = new Dictionary<RecordType, byte[]>();
        foreach (var type in types)
        {
            if (DnsMessage.Question(name, type) is not { } question) return DnsReply.Without(ReplyKind.UnknownName);
            questions.Add(type, question);
        }

        await using var query = new NameQuery(questions, conf, firstServer, clock);
        await query.RunAsync(cancellation);
        return query.Conclude();
    }

    /// <summary>Ends once the sockets are closed, which is at once.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var socket in sockets.Values) await socket.DisposeAsync();
        somethingHeard.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        // Not by an exception through all callers: a dead name would cost twice as much processor time.
        using var givingUp = cancellation.UnsafeRegister(_ => somethingHeard.Release(), null);
        NextTurn();
        while (!isOver && !cancellation.IsCancellationRequested)
        {
            var left = patience - clock.GetElapsedTime(waitingSince);
            if (!await somethingHeard.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, CancellationToken.None)) TimeIsUp();
            else if (heard.TryDequeue(out var one)) Take(one.From, one.Type, one.Reply);
        }
    }

    private void TimeIsUp()
    {
        isRoundWorthRepeating = true;
        if (waitsForOtherFamily) isOver = true; else NextTurn();
    }

    private void NextTurn()
    {
        turn++;
        var (round, place) = Math.DivRem(turn, conf.Servers.Count);
        if (place == 0 && turn > 0 && !isRoundWorthRepeating) round = conf.Attempts;   // all servers have said that they cannot tell
        if (round == conf.Attempts)
        {
            isOver = true;
            return;
        }

        if (place == 0) isRoundWorthRepeating = false;
        failedInTurn.Clear();
        Wait(TimeSpan.FromTicks(Math.Min((FirstPatience * (1 << round)).Ticks, conf.Timeout.Ticks)));
        current = SocketTo(conf.Servers[(firstServer + place) % conf.Servers.Count]);
        foreach (var (type, question) in open) current.Ask(type, question);
    }

    private NameServerSocket SocketTo(IPEndPoint server)
    {
        if (!sockets.TryGetValue(server, out var socket)) sockets.Add(server, socket = new(server, Hear));
        return socket;
    }

    private void Hear(NameServerSocket from, RecordType type, DnsReply reply)
    {
        heard.Enqueue((from, type, reply));
        somethingHeard.Release();
    }

    private void Take(NameServerSocket from, RecordType type, DnsReply reply)
    {
        if (!open.ContainsKey(type)) return;
        if (reply.Kind is ReplyKind.Failed or ReplyKind.Unreachable)
        {
            hasFailure |= reply.Kind == ReplyKind.Failed;
            isRoundWorthRepeating |= reply.Kind == ReplyKind.Unreachable;   // a server may come back in a second
            if (from == current) failedInTurn.Add(type);
        }
        else
        {
            open.Remove(type);
            replies.Add(reply);
        }

        var nobodyWorks = open.Keys.All(failedInTurn.Contains);
        if (open.Count == 0 || (IsSettled && nobodyWorks)) isOver = true;
        else if (IsSettled) WaitForOtherFamily();
        else if (nobodyWorks && !MustWaitForNextRound(reply)) NextTurn();
    }

    // Addresses are enough, and a name that does not exist has none of the other family either (RFC 8020).
    private bool IsSettled => replies.Exists(reply => reply.Kind is ReplyKind.Addresses or ReplyKind.UnknownName);

    // To ask an address where nobody listens again at once would be a busy loop.
    private bool MustWaitForNextRound(DnsReply reply) =>
        reply.Kind == ReplyKind.Unreachable && (turn + 1) % conf.Servers.Count == 0;

    private void WaitForOtherFamily()
    {
        if (waitsForOtherFamily) return;
        waitsForOtherFamily = true;
        Wait(GraceForOtherFamily);
    }

    private void Wait(TimeSpan time) => (waitingSince, patience) = (clock.GetTimestamp(), time);

    private DnsReply Conclude()
    {
        IPAddress[] addresses = [.. replies.SelectMany(reply => reply.Addresses)];
        if (addresses.Length > 0) return new(ReplyKind.Addresses, addresses);
        if (replies.Exists(reply => reply.Kind == ReplyKind.UnknownName)) return DnsReply.Without(ReplyKind.UnknownName);
        if (open.Count == 0) return DnsReply.Without(ReplyKind.NoAddress);
        return DnsReply.Without(hasFailure ? ReplyKind.Failed : ReplyKind.Unreachable);
    }
}
