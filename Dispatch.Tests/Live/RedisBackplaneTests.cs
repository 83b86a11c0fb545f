using System.Diagnostics;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using StackExchange.Redis;

namespace Dispatch.Tests.Live;

/// <summary>
/// Two whole hosts on one database and one Redis: what one does is heard on the other at once, and what Redis does hurts nothing.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class RedisBackplaneTests(ITestOutputHelper output)
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    public static TheoryData<DatabaseProvider> Providers => HostPair.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Every_change_is_heard_on_the_other_host_at_once_as_it_is_and_once(DatabaseProvider provider)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hosts = await HostPair.StartAsync(provider, $"--Redis:Configuration={redis.Configuration}");
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var stranger = await ApiUser.SignUpAsync(hosts.A.Url);
        using var onA = await Ear.OpenAsync(hosts.A, user);
        using var onB = await Ear.OpenAsync(hosts.B, user);
        using var aside = await Ear.OpenAsync(hosts.B, stranger);
        await SettleAsync(redis, onA, onB, aside);

        var delays = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            using var where = user.At(i % 2 == 0 ? hosts.A.Url : hosts.B.Url);
            var (near, far) = i % 2 == 0 ? (onA, onB) : (onB, onA);
            var job = await where.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1));
            var told = await near.NextAsync(Soon);
            var since = Stopwatch.StartNew();
            Assert.Equal(told, await far.NextAsync(AtOnce));
            Assert.Equal((FeedKind.Job, job, JobStatus.Scheduled), (told.Kind, told.JobId!.Value, told.Status!.Value));
            delays.Add(since.Elapsed.TotalMilliseconds);
        }

        TwoHostsTests.Report("Redis", delays, output);
        await user.DataAsync(HttpMethod.Patch, $"projects/{user.ProjectId}", new { name = "renamed" });
        Assert.Equal(FeedKind.Project, (await onB.NextAsync(AtOnce)).Kind);
        await Task.Delay(1500, TestContext.Current.CancellationToken);   // the stamps have been looked at: they say nothing new
        Assert.Equal(FeedKind.Project, Assert.Single(onA.TakeAll()).Kind);
        Assert.Empty(onB.TakeAll());
        Assert.Empty(aside.TakeAll());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_Redis_that_is_killed_and_started_again_under_open_pages_loses_nothing(DatabaseProvider provider)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hosts = await HostPair.StartAsync(provider, $"--Redis:Configuration={redis.Configuration}");
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var ear = await Ear.OpenAsync(hosts.B, user);
        await SettleAsync(redis, ear);

        await redis.KillAsync();
        await AssertDeliversAsync(user, receiver);
        await ear.WaitForAsync(FeedKind.Invalidate, Soon);   // by the stamp
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        ear.TakeAll();
        await user.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1));
        await ear.WaitForAsync(FeedKind.Invalidate, Soon);

        await redis.StartAgainAsync();
        // Without a change: something may have been missed.
        var back = await ear.WaitForAsync(FeedKind.Invalidate, TimeSpan.FromSeconds(15));
        output.WriteLine($"connected again after {back.TotalMilliseconds:N0} ms");
        await HearAgainAsync(user, ear);
        await SettleAsync(redis, ear);
        await user.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal(FeedKind.Job, (await ear.NextAsync(AtOnce)).Kind);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_Redis_that_does_not_answer_holds_nothing_up(DatabaseProvider provider)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hosts = await HostPair.StartAsync(provider, $"--Redis:Configuration={redis.Configuration}");
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var ear = await Ear.OpenAsync(hosts.B, user);
        await SettleAsync(redis, ear);

        await redis.PauseAsync();
        await AssertDeliversAsync(user, receiver);
        await ear.WaitForAsync(FeedKind.Invalidate, Soon);
        await redis.ResumeAsync();
        await HearAgainAsync(user, ear);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_Redis_that_comes_after_the_hosts_is_found(DatabaseProvider provider)
    {
        await using var redis = RedisServer.Reserve();
        await using var hosts = await HostPair.StartAsync(provider, $"--Redis:Configuration={redis.Configuration}");
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var ear = await Ear.OpenAsync(hosts.B, user);
        await AssertDeliversAsync(user, receiver);
        await ear.WaitForAsync(FeedKind.Invalidate, Soon);

        await redis.StartAgainAsync();
        await HearAgainAsync(user, ear);
    }

    [Fact]
    public async Task Installations_that_share_a_Redis_and_strangers_on_it_are_not_heard()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hosts = await HostPair.StartAsync(DatabaseProvider.Postgres, $"--Redis:Configuration={redis.Configuration}");
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var ear = await Ear.OpenAsync(hosts.B, user);
        await SettleAsync(redis, ear);

        // It says "look again" when it starts.
        await using var elsewhere = await HostPair.StartAsync(DatabaseProvider.Postgres, $"--Redis:Configuration={redis.Configuration}");
        await using var line = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        var channels = await ChannelsAsync(line, 2);
        Assert.All(channels, channel => Assert.StartsWith("dispatch:feed:v1:key-", channel, StringComparison.Ordinal));
        foreach (var channel in channels)
            await line.GetSubscriber().PublishAsync(RedisChannel.Literal(channel), "not a message of a host's");
        Assert.Empty(ear.TakeAll());

        await user.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1));
        Assert.Equal(FeedKind.Job, (await ear.NextAsync(AtOnce)).Kind);
    }

    [Fact]
    public async Task A_crowd_of_changes_travels_as_one()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hosts = await HostPair.StartAsync(DatabaseProvider.Postgres, $"--Redis:Configuration={redis.Configuration}");
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        using var ear = await Ear.OpenAsync(hosts.B, user);
        await SettleAsync(redis, ear);

        var crowd = new JobChanges(hosts.A.Service<JobFeed>().IsWatched);
        for (var i = 0; i <= JobFeed.MaxChanges; i++) crowd.Moved(Guid.Parse(user.ProjectId), Guid.CreateVersion7(), Transition.Claim, i);
        hosts.A.Service<JobFeed>().Publish(crowd);

        Assert.Equal(FeedKind.Invalidate, (await ear.NextAsync(AtOnce)).Kind);
        Assert.Empty(ear.TakeAll());
    }

    [Fact]
    public async Task A_host_starts_without_its_Redis_and_says_so_once()
    {
        await using var redis = RedisServer.Reserve();
        using var folder = new TemporaryFolder();
        var database = await DatabaseServers.CreateAsync(DatabaseProvider.Postgres, folder.Path);
        await using var host = await HostProcess.StartAsync(
            folder.Path,
            [.. DatabaseServers.AsSettings(database), $"--Redis:Configuration={redis.Configuration},password=secret-word"]);
        await host.WaitForOutputAsync("Redis does not answer");
        await Task.Delay(4000, TestContext.Current.CancellationToken);   // it is tried again meanwhile
        Assert.Equal(2, host.Output.Split("Redis does not answer").Length);
        Assert.DoesNotContain("secret-word", host.Output, StringComparison.Ordinal);
        Assert.Equal(0, await host.TerminateAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>Both hosts are connected, and nothing of that is left to hear.</summary>
    private static async Task SettleAsync(RedisServer redis, params Ear[] ears)
    {
        await redis.WaitForSubscribersAsync(2);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        foreach (var ear in ears) ear.TakeAll();
    }

    private static async Task AssertDeliversAsync(ApiUser user, Receiver receiver)
    {
        var posting = Stopwatch.StartNew();
        var job = await user.ScheduleSoonAsync(receiver.Url, 1000);
        Assert.InRange(posting.Elapsed, TimeSpan.Zero, Soon);
        var delivered = await user.JobWhenAsync(job, "SUCCESS");
        Assert.InRange(delivered.GetProperty("logs")[0].GetProperty("latenessMs").GetInt64(), 0, 2000);
    }

    /// <summary>Changes are heard as they are again, which only Redis brings.</summary>
    private static async Task HearAgainAsync(ApiUser user, Ear ear)
    {
        var since = Stopwatch.StartNew();
        do
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), "Nothing was heard by Redis again");
            ear.TakeAll();
            await user.ScheduleAsync("https://example.com/hook", DateTimeOffset.UtcNow.AddHours(1));
            await Task.Delay(AtOnce, TestContext.Current.CancellationToken);
        }
        while (ear.TakeAll().All(change => change.Kind != FeedKind.Job));
    }

    private static async Task<string[]> ChannelsAsync(ConnectionMultiplexer line, int count)
    {
        var asked = Stopwatch.StartNew();
        while (true)
        {
            Assert.True(asked.Elapsed < TimeSpan.FromSeconds(10), $"There were never {count} channels");
            var channels = await line.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern("dispatch:*"));
            if (channels.Length == count) return [.. channels.Select(channel => channel.ToString())];
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
