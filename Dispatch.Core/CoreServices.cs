using Dispatch.Data;
using Dispatch.Delivery;
using Dispatch.Execution;
using Dispatch.Inboxes;
using Dispatch.Jobs;
using Dispatch.Relay;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Dispatch;

/// <summary>The engine's services. Hosted services start in this order and stop in the reverse.</summary>
internal static class CoreServices
{
    public static IServiceCollection AddDispatchCore(this IServiceCollection services, DispatchSettings settings, IHostEnvironment environment)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddSingleton(settings.Dispatch).AddSingleton(settings.Database).AddSingleton(settings.Hangfire)
            .AddSingleton(settings.Delivery).AddSingleton(settings.Dashboard).AddSingleton(settings.Redis).AddSingleton(settings.RateLimits)
            .AddSingleton(new ContentRoot(environment.ContentRootPath))
            .AddDispatchDatabase(settings.Database, environment.ContentRootPath)
            .AddSingleton<DatabaseSetup>();
        // In the database, so that a copy of it is whole and several hosts share them. The name keeps them apart from other applications' keys.
        services.AddDataProtection().SetApplicationName("Dispatch").PersistKeysToDbContext<DispatchDbContext>();

        services
            .AddSingleton<HostIdentity>().AddSingleton<HostLocks>().AddSingleton<Lease>().AddSingleton<Fleet>().AddSingleton<Readiness>().AddSingleton<Shutdown>()
            .AddSingleton<JobFeed>().AddSingleton<JobBatch>().AddSingleton<GroupCommit>().AddSingleton<JobStore>().AddSingleton<InboxWriter>().AddSingleton<InboxStore>().AddSingleton<JobDesk>()
            .AddSingleton(provider => new TargetGuard(provider.GetRequiredService<DeliveryOptions>(), openLoopback: environment.IsDevelopment()))
            .AddSingleton<OwnInbox>().AddSingleton<DeliveryGates>().AddSingleton<WebhookSender>().AddSingleton<RetryLadder>().AddSingleton<DeliveryRunner>()
            .AddSingleton<Metronome>().AddSingleton<AlarmQueue>().AddSingleton<AlarmRoster>().AddSingleton<AlarmClock>().AddSingleton<Bookkeeper>().AddSingleton<DeliveryWorker>().AddSingleton<ForeignAlarms>()
            .AddSingleton(provider => new DeliveryJob(provider.GetRequiredService<DeliveryRunner>()));

        return services
            .AddDispatchHangfire()
            .AddHostedService(provider => provider.GetRequiredService<GroupCommit>())
            .AddDispatchRelay(settings)
            .AddHostedService<HostLease>()
            .AddHostedService<Rehearsal>()
            .AddHostedService<DeliveryServer>()
            .AddHostedService<Sweeper>()
            .AddHostedService<Caretaker>();
    }

    // Registered before AddHangfire, whose own registrations then stand back: no static storage or filters, so that two hosts may share a process.
    private static IServiceCollection AddDispatchHangfire(this IServiceCollection services) => services
        .AddSingleton(provider => AlarmStorage.Create(provider.GetRequiredService<HangfireOptions>(), provider.GetRequiredService<DatabaseOptions>()))
        .AddSingleton<IJobFilterProvider, DeliveryFilters>()
        .AddSingleton<IBackgroundJobFactory>(provider => new BackgroundJobFactory(provider.GetRequiredService<IJobFilterProvider>()))
        .AddSingleton<IBackgroundJobStateChanger>(provider => new BackgroundJobStateChanger(provider.GetRequiredService<IJobFilterProvider>()))
        .AddSingleton<IBackgroundJobClient>(provider => new BackgroundJobClient(
            provider.GetRequiredService<JobStorage>(), provider.GetRequiredService<IBackgroundJobFactory>(), provider.GetRequiredService<IBackgroundJobStateChanger>()));
}
