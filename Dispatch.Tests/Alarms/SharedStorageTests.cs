using Dispatch.Alarms;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Delivery;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Tests.Alarms;

/// <summary>
/// Two hosts on one database whose Hangfire storage is one, as with Hangfire.SqlServer. Here it is one in memory, which
/// serialises as that does.
/// </summary>
public sealed class SharedStorageTests : IAsyncLifetime
{
    private readonly InMemoryStorage storage = new(new InMemoryStorageOptions { MaxExpirationTime = Timing.HangfireRetention });
    private readonly TemporaryFolder folder = new();
    private DatabaseOptions database = null!;
    private TestHost one = null!;
    private TestHost other = null!;
    private Receiver receiver = null!;
    private ApiUser user = null!;

    public async ValueTask InitializeAsync()
    {
        database = await DatabaseServers.CreateAsync(DatabaseProvider.Postgres, folder.Path);
        one = await StartAsync();
        other = await StartAsync();
        // They know of each other, and share the work.
        await UntilAsync((2, 2), () => (one.Service<LiveHosts>().Partition.Count, other.Service<LiveHosts>().Partition.Count));
        receiver = await Receiver.StartAsync();
        user = await ApiUser.SignUpAsync(one.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await receiver.DisposeAsync();
        await other.DisposeAsync();
        await one.DisposeAsync();
        await DatabaseServers.DropAsync(database);
        folder.Dispose();
        storage.Dispose();
    }

    /// <summary>An alarm that the wrong host took would be lost, and its job 5 s late or more.</summary>
    [Fact]
    public async Task Each_host_delivers_what_it_armed()
    {
        var due = DateTimeOffset.UtcNow.AddSeconds(8);
        using var there = user.At(other.Url);
        var ids = new List<Guid>();
        for (var i = 0; i < 40; i++) ids.Add(await (i % 2 == 0 ? user : there).ScheduleAsync(receiver.Url, due.AddMilliseconds(i * 25)));
        await UntilAsync(40, () => ScheduledOf(one) + ScheduledOf(other));
        Assert.InRange(ScheduledOf(one), 1, 39);

        var arrivals = await receiver.WaitForAsync(a => ids.Contains(a.JobId), ids.Count);

        Assert.Equal(ids.Order(), arrivals.Select(a => a.JobId).Order());
        Assert.All(arrivals, arrival => Assert.InRange((arrival.At - due).TotalMilliseconds, -1, 3000));
        foreach (var id in ids) Assert.Single((await user.JobWhenAsync(id, "SUCCESS")).GetProperty("logs").EnumerateArray());
    }

    [Fact]
    public async Task The_alarms_of_a_host_that_is_gone_are_cleared_and_no_others()
    {
        var hanging = new TaskCompletionSource();
        receiver.Answer = (_, _) => hanging.Task;
        using var there = user.At(other.Url);
        var atWork = await there.ScheduleSoonAsync(receiver.Url, 1000);
        await receiver.WaitForAsync(a => a.JobId == atWork);
        var (kept, left) = (3, 2);
        SetLater(one, kept);
        SetLater(other, left);
        await BreakAsync(other);
        await UntilAsync((left, 0, 1, 0), () => AlarmsOf(other));
        Enqueue(other);

        await ClearAsync(living: [one, other]);
        Assert.Equal((left, 1, 1, 1), AlarmsOf(other));
        await ClearAsync(living: [one]);

        Assert.Equal((0, 0, 0, 0), AlarmsOf(other));
        Assert.Equal((kept, 0, 0, 1), AlarmsOf(one));
        hanging.SetResult();
        var id = await user.ScheduleSoonAsync(receiver.Url, 1000);
        await user.JobWhenAsync(id, "SUCCESS");
    }

    [Fact]
    public async Task What_hosts_before_it_left_is_cleared_at_a_hosts_start()
    {
        using var before = new InMemoryStorage();
        var queue = AlarmQueue.NameOf(Guid.CreateVersion7());
        var client = new BackgroundJobClient(before);
        client.Create(AlarmIn(queue), new EnqueuedState(queue));
        client.Create(AlarmIn(queue), new ScheduledState(TimeSpan.FromMinutes(5)));

        await using var host = await TestHost.StartWithAsync(services => services.AddSingleton<JobStorage>(before));

        await UntilAsync((0, 0), () => (
            (int)before.GetMonitoringApi().EnqueuedCount(queue),
            before.GetConnection().GetAllItemsFromSet("schedule").Count));
    }

    private static void SetLater(TestHost host, int count)
    {
        var due = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds();
        for (var i = 0; i < count; i++)
        {
            var alarm = new Alarm(
                Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "a:80", due, IsRetry: false, Attempt: 0, Generation: 0);
            host.Service<HangfireAlarms>().Set(alarm);
        }
    }

    private Task<TestHost> StartAsync() => TestHost.StartWithAsync(
        services => services.AddSingleton<JobStorage>(storage), DatabaseServers.AsSettings(database));

    /// <summary>As far as that goes within a process, the end of one that is killed: nothing is given back, nothing more is done.</summary>
    private static async Task BreakAsync(TestHost host)
    {
        host.Service<Shutdown>().StopClaiming();
        host.Service<Shutdown>().Abort();
        foreach (var service in host.App.Services.GetServices<IHostedService>().Where(service => service is Sweeper or DeliveryServer))
            await service.StopAsync(CancellationToken.None);
    }

    private void Enqueue(TestHost host)
    {
        new BackgroundJobClient(storage).Create(AlarmIn(QueueOf(host)), new EnqueuedState(QueueOf(host)));
        using var connection = storage.GetConnection();
        connection.AnnounceServer(
            $"killed:{QueueOf(host)}",
            new Hangfire.Server.ServerContext { Queues = [QueueOf(host)], WorkerCount = 1 });
    }

    private static Hangfire.Common.Job AlarmIn(string queue) => new(
        typeof(DeliveryJob),
        typeof(DeliveryJob).GetMethod(nameof(DeliveryJob.DeliverAsync))!,
        [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "a:80", 1L, false, 0, 0],
        queue);

    private Task ClearAsync(IReadOnlyList<TestHost> living) => one.Service<OrphanedAlarmCleaner>().ClearAsync(
        _ => Task.FromResult<IReadOnlySet<Guid>>(living.Select(host => host.Service<HostIdentity>().Id).ToHashSet()),
        TestContext.Current.CancellationToken);

    private (int Scheduled, int Enqueued, int Processing, int Servers) AlarmsOf(TestHost host)
    {
        var books = storage.GetMonitoringApi();
        return (
            ScheduledOf(host),
            (int)books.EnqueuedCount(QueueOf(host)),
            books.ProcessingJobs(0, 100).Count(job =>
                job.Value.Job.Queue == QueueOf(host) && books.JobDetails(job.Key) is { ExpireAt: null }),
            books.Servers().Count(server => server.Queues.Contains(QueueOf(host))));
    }

    private static async Task UntilAsync<T>(T expected, Func<T> look)
    {
        for (var until = DateTime.UtcNow.AddSeconds(10); !Equals(expected, look()) && DateTime.UtcNow < until;)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(expected, look());
    }

    private int ScheduledOf(TestHost host)
    {
        using var connection = storage.GetConnection();
        return connection.GetAllItemsFromSet("schedule").Count(entry => entry.StartsWith(QueueOf(host), StringComparison.Ordinal));
    }

    private static string QueueOf(TestHost host) => host.Service<AlarmQueue>().Name;
}
