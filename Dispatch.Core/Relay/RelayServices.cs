using Dispatch.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Relay;

/// <summary>Registers how hosts hear of each other's changes; nothing where there is one host.</summary>
internal static class RelayServices
{
    public static IServiceCollection AddDispatchRelay(this IServiceCollection services, DispatchSettings settings)
    {
        if (settings.Database.Provider.ServesOneHost()) return services;
        services.AddSingleton<ChangeWatch>().AddHostedService(provider => provider.GetRequiredService<ChangeWatch>());
        if (settings.Redis.Configuration is null) return services;
        return services.AddSingleton<HostRelay>().AddHostedService(provider => provider.GetRequiredService<HostRelay>());
    }
}
