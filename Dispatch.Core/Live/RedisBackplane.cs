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
/// Carries changes between the hosts of one database over a Redis channel: each host sends the list of accounts that its pages watch, and
/// receives only those accounts' changes. Nothing waits for Redis: if it is down, or if a host does not know yet that another one watches,
/// <see cref="ChangePoller"/> finds the change a little later.
/// </summary>
internal sealed class RedisBackplane(
    RedisOptions redis,
    JobFeed feed,
    ChangePoller poller,
    HostIdentity host,
    IDbContextFactory<DispatchDbContext> contexts,
    TimeProvider clock,
    ILogger<RedisBackplane> log) : BackgroundService
{
    /// <summary>Contains the format version of <see cref="RelayMessage"/>; the database's name follows.</summary>
    private const string Prefix = "dispatch:feed:v1:";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Between two messages: the first change is sent at once, and the changes within the pause go together.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How often a host repeats its list of accounts, before <see cref="RemoteSubscribers.Lifetime"/> ends.</summary>
    private static readonly TimeSpan WatchingRepeat = TimeSpan.FromSeconds(1);

    private readonly RelayBuffer buffer = new(host.Id, feed, clock);
    private int away;

    /// <summary>Raised when sessions have ended on another host.</summary>
    public event Action? SessionsEnded;

    public void PublishSessionsEnded() => buffer.AddSessionsEnded();

    /// <summary>Says what is wrong with the text of the setting; null if it can be used.</summary>
    public static string? WhyUnusable(string configuration)
    {
        try
        {
            return Options(configuration).EndPoints.Count > 0
                ? null
                : "has no address; such as redis.example.com:6379,password=… is wanted";
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
                ReportAway(Reason(exception));
                await Task.Delay(RetryDelay, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Only the first connection is retried from here; after it, the library reconnects by itself.
    private async Task RunAsync(CancellationToken stopping)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Options(redis.Configuration!)).WaitAsync(stopping);
        var subscriber = connection.GetSubscriber();
        var channel = RedisChannel.Literal(Prefix + await NameDatabaseAsync(stopping));
        connection.ConnectionFailed += (_, failure) => ReportAway(failure.FailureType.ToString());
        connection.ConnectionRestored += (_, _) => _ = CatchUpAsync(subscriber);
        (await subscriber.SubscribeAsync(channel)).OnMessage(message => Receive(message.Message));
        await CatchUpAsync(subscriber);

        feed.ForwardTo(buffer.Add);
        buffer.Reset();   // earlier changes were not forwarded
        feed.Watched += buffer.AddWatching;
        await using var repeat = clock.CreateTimer(_ => buffer.AddWatching(), null, TimeSpan.Zero, WatchingRepeat);
        try
        {
            await PublishAsync(subscriber, channel, stopping);
        }
        finally
        {
            feed.Watched -= buffer.AddWatching;
        }
    }

    private async Task PublishAsync(ISubscriber subscriber, RedisChannel channel, CancellationToken stopping)
    {
        while (true)
        {
            foreach (var message in await buffer.TakeAsync(stopping))
            {
                if (await TryPublishAsync(subscriber, channel, message)) continue;
                await Task.Delay(RetryDelay, clock, stopping);
                buffer.Reset();   // the changes gathered during the delay are outdated
            }

            await Task.Delay(Pause, clock, stopping);
        }
    }

    private async Task<bool> TryPublishAsync(ISubscriber subscriber, RedisChannel channel, RelayMessage message)
    {
        try
        {
            await subscriber.PublishAsync(channel, message.ToBytes());
            // Redis may hang without losing the connection, and then ConnectionRestored is not raised.
            if (Volatile.Read(ref away) == 1) await CatchUpAsync(subscriber);
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            ReportAway(Reason(exception));
            return false;
        }
    }

    private void Receive(byte[]? bytes)
    {
        try
        {
            var message = RelayMessage.Read(bytes!);
            if (message.HostId == host.Id) return;
            if (message is WatchingMessage watching) feed.Remote.Set(watching.HostId, watching.Accounts);
            if (message is SessionsEndedMessage) SessionsEnded?.Invoke();
            if (message is ChangesMessage { ByAccount: var accounts })
            {
                foreach (var changes in accounts)
                {
                    poller.MarkReceived(message.HostId, changes.AccountId);
                    feed.PublishRemote(changes);
                }
            }
        }
        catch (Exception exception)
        {
            Log.RelayMessageNotRead(log, exception);   // most likely another program sent it
        }
    }

    // The ping's answer comes over the messages' connection after the subscription, so from here on no message is missed.
    private async Task CatchUpAsync(ISubscriber subscriber)
    {
        try
        {
            await subscriber.PingAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            return;   // Redis is gone again, or only the other of the library's two connections is back
        }

        if (Interlocked.Exchange(ref away, 0) == 1) Log.RedisBack(log);
        feed.PublishRemote(AccountChanges.Invalidate(AccountChanges.Everyone, clock.NowMs()));
    }

    private void ReportAway(string reason)
    {
        if (Interlocked.Exchange(ref away, 1) == 0) Log.RedisAway(log, reason);
    }

    // The library's own text is half a page of counters and advice for programmers.
    private static string Reason(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: var type } => type.ToString(),
        RedisTimeoutException => "no answer in time",
        _ => exception.Message,
    };

    // Installations may share a Redis, and hosts may use different addresses of one database. So the database's oldest data protection key,
    // which the first start creates (DatabaseSetup), names it.
    private async Task<string> NameDatabaseAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return (await db.DataProtectionKeys.OrderBy(k => k.Id).Select(k => k.FriendlyName).FirstAsync(cancellation))!;
    }

    private static ConfigurationOptions Options(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.ClientName ??= "dispatch";
        options.AbortOnConnectFail = true;   // a failed first connection throws, so ExecuteAsync reports and retries it
        options.ConnectRetry = 1;   // the library's default of three tries may take 5 s each, even if the connection is refused
        options.BacklogPolicy = BacklogPolicy.FailFast;   // a message that has to wait is outdated when it is sent
        return options;
    }
}
