using Dispatch.Signing;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Projects;

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
