using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Dispatch.Live;

/// <summary>
/// Carries what hosts on one database announce from one to the others, over a channel of a Redis: each says what its pages listen to, and is told that.
/// Nothing waits for it: <see cref="ChangePoller"/> sees a little later what did not come this way, because Redis is away, or because who changed something
/// did not know yet that somebody listens.
/// </summary>
internal sealed class RedisBackplane(
    RedisOptions redis, JobFeed feed, ChangePoller watch, HostIdentity host, IDbContextFactory<DispatchDbContext> contexts, TimeProvider clock, ILogger<RedisBackplane> log)
    : BackgroundService
{
    /// <summary>With the version of <see cref="RelayMessage"/>; the database's name follows.</summary>
    private const string Prefix = "dispatch:feed:v1:";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Between two messages. The first change goes at once, what follows within this goes together.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How often a host says what it watches, lest it be forgotten (<see cref="RemoteSubscribers.Trust"/>).</summary>
    private static readonly TimeSpan WatchingRepeat = TimeSpan.FromSeconds(1);

    private readonly RelayBuffer buffer = new(host.Id, feed, clock);
    private int away;

    /// <summary>Sessions have ended on another host.</summary>
    public event Action? SessionsEnded;

    /// <summary>Sessions have ended on this host.</summary>
    public void TellSessionsEnded() => buffer.AddSessionsEnded();

    /// <summary>What is wrong with the setting on its face; null where nothing is.</summary>
    public static string? WhyUnusable(string configuration)
    {
        try
        {
            return Options(configuration).EndPoints.Count > 0 ? null : "has no address; such as redis.example.com:6379,password=… is wanted";
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return $"cannot be read ({exception.Message}); such as redis.example.com:6379,password=… is wanted";
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                SayAway(Reason(exception));
                await Task.Delay(RetryDelay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Until it is connected for the first time this is tried again from the beginning; from then on the library connects again by itself.
    private async Task RunAsync(CancellationToken stopping)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Options(redis.Configuration!)).WaitAsync(stopping);
        var line = connection.GetSubscriber();
        var channel = RedisChannel.Literal(Prefix + await NameDatabaseAsync(stopping));
        connection.ConnectionFailed += (_, failure) => SayAway(failure.FailureType.ToString());
        connection.ConnectionRestored += (_, _) => _ = CatchUpAsync(line);
        (await line.SubscribeAsync(channel)).OnMessage(message => Hear(message.Message));
        await CatchUpAsync(line);

        feed.TellOthers(buffer.Add);
        buffer.StartOver();   // what was announced before was not told
        feed.Watched += buffer.AddWatching;
        await using var repeat = clock.CreateTimer(_ => buffer.AddWatching(), null, TimeSpan.Zero, WatchingRepeat);
        try
        {
            await PublishAsync(line, channel, stopping);
        }
        finally
        {
            feed.Watched -= buffer.AddWatching;
        }
    }

    private async Task PublishAsync(ISubscriber line, RedisChannel channel, CancellationToken stopping)
    {
        while (true)
        {
            foreach (var message in await buffer.TakeAsync(stopping))
            {
                if (await TryPublishAsync(line, channel, message)) continue;
                await Task.Delay(RetryDelay, clock, stopping);
                buffer.StartOver();   // what gathered meanwhile is old
            }

            await Task.Delay(Pause, clock, stopping);
        }
    }

    private async Task<bool> TryPublishAsync(ISubscriber line, RedisChannel channel, RelayMessage message)
    {
        try
        {
            await line.PublishAsync(channel, message.ToBytes());
            if (Volatile.Read(ref away) == 1) await CatchUpAsync(line);   // it hung, and no connection was lost by that
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            SayAway(Reason(exception));
            return false;
        }
    }

    private void Hear(byte[]? message)
    {
        try
        {
            var heard = RelayMessage.Read(message!);
            if (heard.HostId == host.Id) return;
            if (heard is WatchingMessage watching) feed.Remote.Set(watching.HostId, watching.Accounts);
            if (heard is SessionsEndedMessage) SessionsEnded?.Invoke();
            if (heard is NewsMessage { News: var news })
            {
                foreach (var one in news)
                {
                    watch.Heard(heard.HostId, one.AccountId);
                    feed.Hear(one);
                }
            }
        }
        catch (Exception exception)
        {
            Log.RelayMessageNotRead(log, exception);   // not from a host, most likely
        }
    }

    // The answer to the ping comes on the line of the messages, after what subscribes it: from here on everything is heard.
    private async Task CatchUpAsync(ISubscriber line)
    {
        try
        {
            await line.PingAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return;   // gone again, or only the other of its two connections is back
        }

        if (Interlocked.Exchange(ref away, 0) == 1) Log.RedisBack(log);
        feed.Hear(AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs()));
    }

    private void SayAway(string reason)
    {
        if (Interlocked.Exchange(ref away, 1) == 0) Log.RedisAway(log, reason);
    }

    // The library's own text is advice for whoever programs with it, and half a page of counters.
    private static string Reason(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: var type } => type.ToString(),
        RedisTimeoutException => "no answer in time",
        _ => exception.Message,
    };

    // Two installations may share a Redis, and hosts may reach one database by different addresses: so its oldest data protection key names it, which the
    // first start made (DatabaseSetup).
    private async Task<string> NameDatabaseAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return (await db.DataProtectionKeys.OrderBy(k => k.Id).Select(k => k.FriendlyName).FirstAsync(cancellation))!;
    }

    private static ConfigurationOptions Options(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.ClientName ??= "dispatch";
        options.AbortOnConnectFail = true;   // a start that failed is tried again here, where it is seen
        options.ConnectRetry = 1;   // and sooner: each try of the library's own may last 5 s though the connection is refused, and it makes three
        options.BacklogPolicy = BacklogPolicy.FailFast;   // what cannot be said now is old when it can
        return options;
    }
}
