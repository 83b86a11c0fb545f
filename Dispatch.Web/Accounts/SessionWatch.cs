using System.Collections.Concurrent;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Closes the connections of sessions that have ended: at once when they ended on this host, within <see cref="Interval"/> when on another one
/// or by themselves.
/// </summary>
internal sealed partial class SessionWatch : BackgroundService
{
    /// <summary>How long a page that asks for nothing may stay open after its session has ended elsewhere.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Connection, byte> connections = new();
    private readonly SemaphoreSlim ended = new(0, 1);
    private readonly SessionLook sessions;
    private readonly ILogger<SessionWatch> logger;

    public SessionWatch(SessionStore store, SessionLook sessions, ILogger<SessionWatch> logger)
    {
        this.sessions = sessions;
        this.logger = logger;
        store.Ended += Wake;
    }

    /// <summary>Calls <paramref name="close"/> once the session has ended; dispose the result when the connection is gone.</summary>
    public IDisposable Watch(Guid sessionId, Action close)
    {
        var connection = new Connection(this, sessionId, close);
        connections[connection] = 0;
        return connection;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ended.WaitAsync(Interval, stoppingToken);
                if (!connections.IsEmpty) await CloseEndedAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception exception)
            {
                LogNotLookedUp(logger, exception);   // what has ended is still ended in a while; and no trouble here may stop the host
            }
        }
    }

    private async Task CloseEndedAsync(CancellationToken cancellation)
    {
        var watched = connections.Keys.ToLookup(connection => connection.SessionId);
        var open = await sessions.OpenAmongAsync([.. watched.Select(session => session.Key)], cancellation);
        foreach (var connection in watched.Where(session => !open.Contains(session.Key)).SelectMany(session => session)) connection.Close();
    }

    private void Wake()
    {
        lock (ended)
        {
            if (ended.CurrentCount == 0) ended.Release();
        }
    }

    [LoggerMessage(EventId = 410, Level = LogLevel.Warning, Message = "Whether sessions have ended could not be looked up; trying again in ten seconds")]
    private static partial void LogNotLookedUp(ILogger logger, Exception exception);

    private sealed class Connection(SessionWatch watch, Guid sessionId, Action close) : IDisposable
    {
        public Guid SessionId => sessionId;

        public void Close()
        {
            Dispose();
            close();
        }

        public void Dispose() => watch.connections.TryRemove(this, out _);
    }
}
