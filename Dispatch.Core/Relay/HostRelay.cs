using System.Threading.Channels;
using Dispatch.Data;
using Dispatch.Execution;
using Dispatch.Jobs;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Dispatch.Relay;

/// <summary>
/// Carries what hosts on one database announce from one to the others, over a channel of a Redis. Nothing waits for it: where Redis is away,
/// <see cref="ChangeWatch"/> sees the same a little later, and when it is back pages look again, for what was said meanwhile was said to nobody.
/// </summary>
internal sealed class HostRelay(
    RedisOptions redis, JobFeed feed, ChangeWatch watch, HostIdentity host, IDbContextFactory<DispatchDbContext> contexts, IDataProtectionProvider protection, TimeProvider clock,
    ILogger<HostRelay> log) : BackgroundService
{
    /// <summary>With the version of <see cref="RelayMessage"/>; the database's name follows.</summary>
    private const string Prefix = "dispatch:feed:v1:";

    /// <summary>Messages that may wait; when it is full, others are told to look again instead.</summary>
    private const int Waiting = 128;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Channel<RelayMessage> outgoing = Channel.CreateBounded<RelayMessage>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private int missed;
    private int away;

    /// <summary>Sessions have ended on another host.</summary>
    public event Action? SessionsEnded;

    /// <summary>Sessions have ended on this host.</summary>
    public void TellSessionsEnded() => Post(new RelayMessage(host.Id, News: null));

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

        feed.TellOthers(news => Post(new RelayMessage(host.Id, news)));
        Post(LookAgain());   // what was announced before was not told
        await PublishAsync(line, channel, stopping);
    }

    private async Task PublishAsync(ISubscriber line, RedisChannel channel, CancellationToken stopping)
    {
        await foreach (var message in outgoing.Reader.ReadAllAsync(stopping))
        {
            var next = Interlocked.Exchange(ref missed, 0) == 1 ? LookAgain() : message;
            while (!await TryPublishAsync(line, channel, next))
            {
                next = LookAgain();   // in place of all that waits meanwhile, which would be old
                await Task.Delay(RetryDelay, clock, stopping);
            }
        }
    }

    private async Task<bool> TryPublishAsync(ISubscriber line, RedisChannel channel, RelayMessage message)
    {
        try
        {
            await line.PublishAsync(channel, message.ToBytes());
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            SayAway(Reason(exception));
            return false;
        }
    }

    private void Post(RelayMessage message)
    {
        if (outgoing.Writer.TryWrite(message)) return;
        Volatile.Write(ref missed, 1);
        outgoing.Writer.TryWrite(message);   // the reader may have emptied the channel meanwhile: it must see the mark
    }

    private void Hear(byte[]? message)
    {
        try
        {
            var (hostId, news) = RelayMessage.Read(message!);
            if (hostId == host.Id) return;
            if (news is null) SessionsEnded?.Invoke();
            foreach (var one in news ?? [])
            {
                watch.Heard(hostId, one.AccountId);
                feed.Hear(one);
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
        feed.Hear(AccountNews.LookAgain(AccountNews.Everyone, clock.NowMs()));
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

    private RelayMessage LookAgain() => new(host.Id, [AccountNews.LookAgain(AccountNews.Everyone, clock.NowMs())]);

    // Two installations may share a Redis, and hosts may reach one database by different addresses: so its oldest data protection key names it.
    private async Task<string> NameDatabaseAsync(CancellationToken cancellation)
    {
        protection.CreateProtector("Dispatch.Relay.v1").Protect([]);   // makes the first key where there is none
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return (await db.DataProtectionKeys.OrderBy(k => k.Id).Select(k => k.FriendlyName).FirstAsync(cancellation))!;
    }

    private static ConfigurationOptions Options(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.ClientName ??= "dispatch";
        options.AbortOnConnectFail = true;   // a start that failed is tried again here, where it is seen
        options.BacklogPolicy = BacklogPolicy.FailFast;   // what cannot be said now is old when it can
        return options;
    }
}
