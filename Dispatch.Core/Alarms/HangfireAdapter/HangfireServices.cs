using Dispatch.Settings;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Registers the adapter, except its server, which <c>CoreServices</c> adds among the hosted services.</summary>
internal static class HangfireServices
{
    // Call it before Hangfire's AddHangfire, which then keeps these registrations: without static storage and filters, two hosts may share
    // a process.
    public static IServiceCollection AddHangfireAdapter(
        this IServiceCollection services, Func<IServiceProvider, RingAlarm> ring) => services
        .AddSingleton(provider => AlarmStorage.Create(
            provider.GetRequiredService<HangfireOptions>(), provider.GetRequiredService<DatabaseOptions>()))
        .AddSingleton<IJobFilterProvider, DeliveryFilters>()
        .AddSingleton<IBackgroundJobFactory>(provider => new BackgroundJobFactory(provider.GetRequiredService<IJobFilterProvider>()))
        .AddSingleton<IBackgroundJobStateChanger>(
            provider => new BackgroundJobStateChanger(provider.GetRequiredService<IJobFilterProvider>()))
        .AddSingleton<IBackgroundJobClient>(provider => new BackgroundJobClient(
            provider.GetRequiredService<JobStorage>(),
            provider.GetRequiredService<IBackgroundJobFactory>(),
            provider.GetRequiredService<IBackgroundJobStateChanger>()))
        .AddSingleton(provider => new DeliveryJob(ring(provider)))
        .AddSingleton<AlarmQueue>()
        .AddSingleton<HangfireAlarms>()
        .AddSingleton<HangfireStateWriter>()
        .AddSingleton<DeliveryWorker>()
        .AddSingleton<OrphanedAlarmCleaner>();

    /// <summary>Makes the storage, and in SQL Server its tables, so that a failure ends the start.</summary>
    /// <exception cref="StartupException">The tables cannot be made.</exception>
    public static void OpenHangfireStorage(this IServiceProvider services) => services.GetRequiredService<JobStorage>();
}
