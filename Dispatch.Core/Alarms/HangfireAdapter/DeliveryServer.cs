using Dispatch.Delivery;
using Dispatch.Model;
using Dispatch.Time;
using Hangfire;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Runs Hangfire's scheduler and our worker as a Hangfire server, without its stock workers. When the host stops, the server takes no
/// more alarms and lets claimed jobs finish within <see cref="Timing.Drain"/>; <c>HostLease</c> then gives the rest back.
/// </summary>
internal sealed class DeliveryServer(
    JobStorage storage,
    IBackgroundJobStateChanger states,
    DeliveryWorker worker,
    AlarmQueue queue,
    Shutdown shutdown,
    IHostApplicationLifetime lifetime,
    HostIdentity host,
    ILogger<DeliveryServer> log) : IHostedService, IDisposable
{
    private BackgroundProcessingServer? server;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // At the signal, because this service's own turn to stop comes only after the last HTTP request has ended.
        lifetime.ApplicationStopping.Register(shutdown.StopClaiming);
        server = new BackgroundProcessingServer(
            storage,
            [Retrying(new DelayedJobScheduler(Timing.SchedulePoll, states), threads: 1), Retrying(worker, queue.Threads)],
            new Dictionary<string, object> { ["Queues"] = new[] { queue.Name }, ["WorkerCount"] = queue.Threads },
            new BackgroundProcessingServerOptions
            {
                ServerName = $"dispatch:{host.Name}",
                StopTimeout = TimeSpan.FromSeconds(1),
                ShutdownTimeout = TimeSpan.FromSeconds(2),
                // Hangfire measures it by the wall clock: if the clock is set forward an hour, it would take this very server for dead.
                ServerTimeout = TimeSpan.FromHours(24),
            });
        return Task.CompletedTask;
    }

    private IBackgroundProcessDispatcherBuilder Retrying(IBackgroundProcess process, int threads) =>
        new RetryingProcess(process, log).UseBackgroundPool(threads);

    // Ignores the host's token, because the HTTP requests may have used up its time.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        server?.SendStop();
        shutdown.StopClaiming();
        try
        {
            await worker.DrainAsync().WaitAsync(shutdown.DrainLeft, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Log.DrainTimedOut(log, Timing.Drain);
            shutdown.Abort();
            await worker.DrainAsync()
                .WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => server?.Dispose();
}
