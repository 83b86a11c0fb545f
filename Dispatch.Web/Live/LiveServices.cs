using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Live;

/// <summary>Registers and maps the live updates of the dashboard.</summary>
internal static class LiveServices
{
    public static IServiceCollection AddDispatchLive(this IServiceCollection services)
    {
        services.AddSignalR(hub => hub.KeepAliveInterval = HubLiveFeed.KeepAlive)
            .AddJsonProtocol(json => json.PayloadSerializerOptions = LiveJson.Wire);
        return services.AddScoped<ILiveFeed, CircuitLiveFeed>();
    }

    public static void MapDispatchLive(this IEndpointRouteBuilder app) => app
        .MapHub<JobsHub>(HubLiveFeed.Address)
        .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = IdentityConstants.ApplicationScheme });
}
