using Dispatch.Data;
using Dispatch.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Live;

/// <summary>Registers how hosts learn of each other's changes; nothing if the database serves one host only.</summary>
internal static class BackplaneServices
{
    public static IServiceCollection AddDispatchBackplane(this IServiceCollection services, DatabaseOptions database, RedisOptions redis)
    {
        if (database.Provider.ServesOneHost()) return services;
        services.AddSingleton<ChangePoller>().AddHostedService(provider => provider.GetRequiredService<ChangePoller>());
        if (redis.Configuration is null) return services;
        return services.AddSingleton<RedisBackplane>().AddHostedService(provider => provider.GetRequiredService<RedisBackplane>());
    }
}
