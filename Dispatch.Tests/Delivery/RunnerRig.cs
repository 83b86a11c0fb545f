using Dispatch.Delivery;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Targets;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dispatch.Tests.Delivery;

/// <summary>The runner on a database of its own, with a lease that can be lost and a log to look at.</summary>
internal sealed class RunnerRig : IAsyncDisposable
{
    private readonly PreciseTimer preciseTimer;
    private readonly HeldDeliveries held;
    private readonly DeliveryRunner runner;

    private RunnerRig(StoreRig store, SigningSecrets secrets, WebhookSender sender)
    {
        var options = new DeliveryOptions();
        var descriptors = new Descriptors(1024);
        Store = store;
        Lease = new(new DatabaseOptions { Provider = DatabaseProvider.Postgres }, store.Clock);
        preciseTimer = new(store.Clock);
        held = new(descriptors, store.Clock, new LoggerFactory([Log]).CreateLogger<HeldDeliveries>());
        var limiters = new DeliveryLimiters(
            options, new Descriptors(Limit: null), new OwnInbox(new DispatchOptions()), NullLogger<DeliveryLimiters>.Instance);
        var payloads = new PayloadReader(store.Database.Contexts, limiters, store.Host, Lease, NullLogger<PayloadReader>.Instance);
        runner = new(
            store.Commits, limiters, payloads, held, new(), new(), sender, new(options), secrets, Lease, Shutdown, preciseTimer,
            store.Clock, NullLogger<DeliveryRunner>.Instance);
    }

    public StoreRig Store { get; }

    public Lease Lease { get; }

    public Shutdown Shutdown { get; } = new();

    public LineLog Log { get; } = new();

    public static async Task<RunnerRig> StartAsync(WebhookSender sender)
    {
        var store = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        var secrets = new SigningSecrets(new EphemeralDataProtectionProvider());
        await using var db = await store.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var cipher = secrets.CreateCipher();
        await db.Projects.ExecuteUpdateAsync(
            set => set.SetProperty(p => p.SecretCipher, cipher), TestContext.Current.CancellationToken);
        return new(store, secrets, sender);
    }

    /// <summary>Stores a job that is due now.</summary>
    public async Task<Job> InsertAsync(string url)
    {
        var job = await Store.InsertAsync(Store.Now);
        await using var db = await Store.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Jobs.Where(j => j.Id == job.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.WebhookUrl, url), TestContext.Current.CancellationToken);
        return await Store.ReadAsync(job.Id);
    }

    /// <summary>Carries out the job's first attempt.</summary>
    public Task<AttemptEnd> RunAsync(Job job) => runner.RunAsync(
        new Alarm(
            job.Id, job.AccountId, job.ProjectId, Alarm.DestinationOf(job.WebhookUrl), job.FireAt, IsRetry: false, Attempt: 0,
            Generation: 0),
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        preciseTimer.Dispose();
        held.Dispose();
        Shutdown.Dispose();
        Log.Dispose();
    }
}
