using Dispatch.Signing;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Projects;

/// <summary>Registers what this folder offers.</summary>
internal static class ProjectServices
{
    public static IServiceCollection AddDispatchProjects(this IServiceCollection services) => services
        .AddSingleton<SigningSecrets>()
        .AddSingleton<ProjectSecrets>()
        .AddSingleton<ProjectStore>()
        .AddSingleton<ApiKeyStore>()
        .AddSingleton<KeyUsage>()
        .AddHostedService(provider => provider.GetRequiredService<KeyUsage>());
}
