using System.Collections.Concurrent;
using Dispatch.Data;
using Dispatch.Live;
using Dispatch.Settings;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Closes circuits and hub connections, which last longer than a request, when their session has ended: at once if it ended on this host or
/// on another one that can say so (<see cref="RedisBackplane"/>), otherwise within <see cref="IntervalOf"/>. One query asks for all of
/// them.
/// </summary>
internal sealed partial class SessionWatch : BackgroundService
{
    private readonly ConcurrentDictionary<Connection, byte> connections = new();
    private readonly SemaphoreSlim ended = new(0, 1);
    private readonly SessionLook sessions;
    private readonly TimeSpan interval;
    private readonly ILogger<SessionWatch> logger;

    public SessionWatch(
        SessionStore store, SessionLook sessions, DatabaseOptions database, ILogger<SessionWatch> logger, RedisBackplane? relay = null)
    {
        this.sessions = sessions;
        this.logger = logger;
        interval = IntervalOf(database.Provider);
        store.Ended += Wake;
        if (relay is null) return;
        store.Ended += relay.PublishSessionsEnded;
        relay.SessionsEnded += Wake;
    }

    /// <summary>How long a page that asks for nothing may stay open after its session has ended elsewhere, or by itself.</summary>
    public static TimeSpan IntervalOf(DatabaseProvider provider) => TimeSpan.FromSeconds(provider.ServesOneHost() ? 10 : 2);

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
                await ended.WaitAsync(interval, stoppingToken);
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

    [LoggerMessage(
        EventId = 410,
        Level = LogLevel.Warning,
        Message = "Whether sessions have ended could not be looked up; trying again in a few seconds")]
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
