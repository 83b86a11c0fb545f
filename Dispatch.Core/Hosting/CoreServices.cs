using Dispatch.Alarms;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Delivery;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Targets;
using Dispatch.Hosts;
using Dispatch.Inboxes;
using Dispatch.Jobs;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Hosting;

/// <summary>Registers the engine's services. Hosted services start in this order and stop in the reverse.</summary>
internal static class CoreServices
{
    public static IServiceCollection AddDispatchCore(
        this IServiceCollection services, DispatchSettings settings, IHostEnvironment environment)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSettings(settings, environment)
            .AddStorage(settings, environment)
            .AddDelivery(environment)
            .AddHangfireAdapter(provider => provider.GetRequiredService<AlarmClock>().RingAsync)
            .AddSingleton<AlarmRoster>().AddSingleton<AlarmClock>().AddSingleton<JobService>().AddSingleton<Readiness>()
            .AddHosted<WriteQueue>()
            .AddDispatchBackplane(settings.Database, settings.Redis)
            .AddHosted<HostLease>()
            .AddHostedService<WarmUp>()
            .AddHosted<AlarmClock>()
            .AddHostedService<DeliveryServer>()
            .AddHostedService<Sweeper>()
            .AddHostedService<MaintenanceService>()
            .AddHostedService<SpareMemory>();
    }

    private static IServiceCollection AddSettings(
        this IServiceCollection services, DispatchSettings settings, IHostEnvironment environment) => services
        .AddSingleton(settings.Dispatch).AddSingleton(settings.Database).AddSingleton(settings.Hangfire).AddSingleton(settings.Delivery)
        .AddSingleton(settings.Dashboard).AddSingleton(settings.Redis).AddSingleton(settings.RateLimits)
        .AddSingleton(settings.Limits).AddSingleton(settings.Reading).AddSingleton(Descriptors.OfThisProcess())
        .AddSingleton(new ContentRoot(environment.ContentRootPath));

    private static IServiceCollection AddStorage(this IServiceCollection services, DispatchSettings settings, IHostEnvironment environment)
    {
        // The keys are in the database, so that hosts share them and a copy of the database is complete. The name separates them from
        // other applications' keys.
        services.AddDataProtection().SetApplicationName("Dispatch").PersistKeysToDbContext<DispatchDbContext>();
        return services
            .AddDispatchDatabase(settings.Database, environment.ContentRootPath).AddSingleton<DatabaseSetup>()
            .AddSingleton<WriteHealth>().AddSingleton<WriteQueue>().AddSingleton<JobRecovery>().AddSingleton<AlarmQueries>()
            .AddSingleton<InboxCache>().AddSingleton<InboxWriter>().AddSingleton<InboxStore>()
            .AddSingleton<JobFeed>().AddSingleton(provider => provider.GetRequiredService<JobFeed>().WriterEvents)
            .AddSingleton<HostIdentity>().AddSingleton<HostLocks>()
            .AddSingleton<Lease>().AddSingleton<LiveHosts>().AddSingleton<HostLease>();
    }

    private static IServiceCollection AddDelivery(this IServiceCollection services, IHostEnvironment environment) => services
        .AddSingleton(provider => new TargetGuard(
            provider.GetRequiredService<DeliveryOptions>(), openLoopback: environment.IsDevelopment()))
        .AddSingleton<OwnInbox>().AddSingleton<DeliveryLimiters>().AddSingleton<HeldDeliveries>()
        .AddSingleton<QuickFailures>().AddSingleton<Departures>()
        .AddSingleton<WebhookSender>()
        .AddSingleton<RetryLadder>().AddSingleton<PayloadReader>().AddSingleton<DeliveryRunner>().AddSingleton<PreciseTimer>()
        .AddSingleton<Shutdown>();

    private static IServiceCollection AddHosted<TService>(this IServiceCollection services)
        where TService : class, IHostedService => services.AddHostedService(provider => provider.GetRequiredService<TService>());
}
