using Dispatch.Data;
using Dispatch.Live;
using Dispatch.Settings;
using Microsoft.Extensions.Configuration;

namespace Dispatch.Hosting;

/// <summary>All settings, read and validated at start.</summary>
internal sealed record DispatchSettings(
    DispatchOptions Dispatch,
    DatabaseOptions Database,
    HangfireOptions Hangfire,
    DeliveryOptions Delivery,
    DashboardOptions Dashboard,
    RedisOptions Redis,
    ReadingOptions Reading,
    RateLimitOptions RateLimits,
    LimitOptions Limits)
{
    /// <exception cref="StartupException">Settings are wrong; the message names each of them and the allowed values.</exception>
    public static DispatchSettings Read(IConfigurationRoot configuration)
    {
        var reader = new SettingsReader(configuration);
        var settings = new DispatchSettings(
            reader.Read<DispatchOptions>("Dispatch"),
            reader.Read<DatabaseOptions>("Database"),
            reader.Read<HangfireOptions>("Hangfire"),
            reader.Read<DeliveryOptions>("Delivery"),
            reader.Read<DashboardOptions>("Dashboard"),
            reader.Read<RedisOptions>("Redis"),
            reader.Read<ReadingOptions>("Reading"),
            reader.Read<RateLimitOptions>("RateLimits"),
            reader.Read<LimitOptions>("Limits"));

        Check(reader, settings.Delivery);
        Check(reader, settings.Limits);
        if (settings.Reading.MaxConcurrency is { } reads) Range(reader, "Reading:MaxConcurrency", reads, 2, 1_000);
        Range(reader, "Reading:MaxAnswerBytes", settings.Reading.MaxAnswerBytes, 8 * 1024 * 1024, 1024 * 1024 * 1024);
        Range(reader, "RateLimits:PerAccount", settings.RateLimits.PerAccount, 1, 100_000);
        Range(reader, "RateLimits:PerAddress", settings.RateLimits.PerAddress, 1, 100_000);
        Range(reader, "RateLimits:PasswordQueue", settings.RateLimits.PasswordQueue, 0, 1_000);
        if (ConnectionStrings.WhyUnusable(settings.Database) is { } why) reader.Require(false, $"Database:ConnectionString {why}.");
        if (settings.Redis.Configuration is { } redis && RedisBackplane.WhyUnusable(redis) is { } whyNot)
            reader.Require(false, $"Redis:Configuration {whyNot}.");
        foreach (var name in settings.Dispatch.Operators)
            reader.Require(name.Contains('@'), $"Dispatch:Operators has '{name}'; e-mail addresses are wanted.");
        CheckTogether(reader, settings);

        if (reader.Errors.Count == 0) return settings;

        var errors = string.Join(Environment.NewLine + "  ", reader.Errors);
        throw new StartupException($"Dispatch cannot start, {reader.Errors.Count} wrong:{Environment.NewLine}  {errors}");
    }

    private static void CheckTogether(SettingsReader reader, DispatchSettings settings)
    {
        var provider = settings.Database.Provider;
        reader.Require(provider != DatabaseProvider.SqlServer || Providers.HasCultures,
            "Database:Provider is SqlServer, whose driver needs ICU: install it (Debian: libicu-dev) "
            + "and leave DOTNET_SYSTEM_GLOBALIZATION_INVARIANT unset.");
        settings.Hangfire.Storage ??= provider == DatabaseProvider.SqlServer ? HangfireStorage.SqlServer : HangfireStorage.Memory;
        reader.Require(settings.Hangfire.Storage == HangfireStorage.Memory || provider == DatabaseProvider.SqlServer,
            $"Hangfire:Storage is '{settings.Hangfire.Storage}', which needs Database:Provider SqlServer; "
            + $"with {provider}, allowed: Memory.");
        reader.Require(settings.Redis.Configuration is null || !provider.ServesOneHost(),
            $"Redis:Configuration is set; Redis joins several hosts, and {provider} has one. Leave it empty.");
    }

    private static void Check(SettingsReader reader, DeliveryOptions delivery)
    {
        reader.Require(delivery.Timeout >= TimeSpan.FromSeconds(1) && delivery.Timeout <= TimeSpan.FromSeconds(120),
            $"Delivery:Timeout is {delivery.Timeout}; allowed: 00:00:01 to 00:02:00.");
        Range(reader, "Delivery:MaxAttempts", delivery.MaxAttempts, 1, 20);
        Range(reader, "Delivery:MaxPayloadBytes", delivery.MaxPayloadBytes, 1024, 16 * 1024 * 1024);
        var servers = delivery.NameServers.Count;
        reader.Require(servers <= 8, $"Delivery:NameServers has {servers} addresses; allowed: 0 to 8.");
        Range(reader, "Delivery:MaxConcurrency", delivery.MaxConcurrency, 1, 100_000);
        Range(reader, "Delivery:MaxPerAccount", delivery.MaxPerAccount, 1, 100_000);
        Range(reader, "Delivery:MaxPerDestination", delivery.MaxPerDestination, 1, 100_000);
        Range(reader, "Delivery:MaxPerProject", delivery.MaxPerProject, 1, 100_000);
        Range(reader, "Delivery:MaxBytesInFlight", delivery.MaxBytesInFlight, 1024 * 1024, 1024 * 1024 * 1024);
        reader.Require(delivery.MaxBytesInFlight / 4 >= delivery.MaxPayloadBytes,
            $"Delivery:MaxBytesInFlight is {delivery.MaxBytesInFlight}; "
            + $"allowed: at least four times Delivery:MaxPayloadBytes, which is {delivery.MaxPayloadBytes}.");
        var (shortest, longest) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        reader.Require(
            delivery.RetryLadder.Count is >= 1 and <= 20 && delivery.RetryLadder.All(rung => rung >= shortest && rung <= longest),
            "Delivery:RetryLadder has 1 to 20 delays, each 00:00:00.001 to 1.00:00:00, such as \"00:00:30, 00:01:00, 00:05:00\".");
    }

    private static void Check(SettingsReader reader, LimitOptions limits)
    {
        Range(reader, "Limits:MaxConnections", limits.MaxConnections, 100, 1_000_000);
        if (limits.MaxConnectionsPerAddress is { } perAddress)
            Range(reader, "Limits:MaxConnectionsPerAddress", perAddress, 1, limits.MaxConnections);
        if (limits.MaxWebSockets is { } sockets) Range(reader, "Limits:MaxWebSockets", sockets, 1, 1_000_000);
        Range(reader, "Limits:MaxAnonymousRequests", limits.MaxAnonymousRequests, 1, 10_000);
        reader.Require(
            limits.UnreadAnswerTimeout >= TimeSpan.FromSeconds(1) && limits.UnreadAnswerTimeout <= TimeSpan.FromHours(1),
            $"Limits:UnreadAnswerTimeout is {limits.UnreadAnswerTimeout}; allowed: 00:00:01 to 01:00:00.");
    }

    private static void Range(SettingsReader reader, string key, int value, int from, int to) =>
        reader.Require(value >= from && value <= to, $"{key} is {value}; allowed: {from} to {to}.");
}
