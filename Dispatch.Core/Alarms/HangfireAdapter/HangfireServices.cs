using Dispatch.Settings;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Registers the adapter. Its server starts in its place among the hosted services (<c>CoreServices</c>).</summary>
internal static class HangfireServices
{
    /// <param name="ring">What an alarm that rings calls.</param>
    // Registered before Hangfire's own AddHangfire, whose registrations then stand back: no static storage or filters, so that two hosts may share a process.
    public static IServiceCollection AddHangfireAdapter(this IServiceCollection services, Func<IServiceProvider, RingAlarm> ring) => services
        .AddSingleton(provider => AlarmStorage.Create(provider.GetRequiredService<HangfireOptions>(), provider.GetRequiredService<DatabaseOptions>()))
        .AddSingleton<IJobFilterProvider, DeliveryFilters>()
        .AddSingleton<IBackgroundJobFactory>(provider => new BackgroundJobFactory(provider.GetRequiredService<IJobFilterProvider>()))
        .AddSingleton<IBackgroundJobStateChanger>(provider => new BackgroundJobStateChanger(provider.GetRequiredService<IJobFilterProvider>()))
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
}
