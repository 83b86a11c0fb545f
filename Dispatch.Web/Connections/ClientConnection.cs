using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Dispatch.Web.Connections;

/// <summary>What one connection is doing. Requests find it among their features.</summary>
/// <param name="address">Whom its place is counted for; null if that address may hold as many as it likes.</param>
internal sealed class ClientConnection(ConnectionContext connection, string? address)
{
    private const long PatienceMs = 1000;

    private int atWork;
    private int requests;
    private long idleSince = Environment.TickCount64;
    private long endingSince;   // 0: it is not

    public string? Address { get; } = address;

    /// <summary>No request is at work on it; its next one may be on the way.</summary>
    public bool IsIdle => Volatile.Read(ref atWork) == 0;

    /// <summary><see cref="Environment.TickCount64"/> when its last request ended; before the first, when it was opened.</summary>
    public long IdleSince => Volatile.Read(ref idleSince);

    /// <summary>It has brought a whole request before.</summary>
    public bool WasUsed => Volatile.Read(ref requests) > 0;

    /// <summary>It is being closed and takes no place any more.</summary>
    public bool IsEnding => Volatile.Read(ref endingSince) != 0;

    /// <summary>It was told to end a second ago, with no request at work: a client that goes on sending half a request keeps it.</summary>
    public bool IsOverdue => IsEnding && IsIdle && Environment.TickCount64 - Volatile.Read(ref endingSince) > PatienceMs;

    public bool IsAborted { get; private set; }

    public void BeginRequest()
    {
        Interlocked.Increment(ref atWork);
        Interlocked.Increment(ref requests);
    }

    public void EndRequest()
    {
        Volatile.Write(ref idleSince, Environment.TickCount64);
        Interlocked.Decrement(ref atWork);
    }

    public void MarkEnding() => Volatile.Write(ref endingSince, Environment.TickCount64);

    /// <summary>
    /// Ends it without loss: the server closes a connection that was used as soon as nothing is on it. One that has never brought a
    /// request has nothing to lose.
    /// </summary>
    public void EndIdle()
    {
        if (WasUsed && connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime) lifetime.RequestClose();
        else Abort("too many connections");
    }

    public void Abort(string why)
    {
        IsAborted = true;
        connection.Abort(new ConnectionAbortedException(why));
    }
}
