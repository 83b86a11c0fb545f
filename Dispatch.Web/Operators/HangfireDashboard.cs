using Dispatch.Web.Accounts;
using Hangfire;

namespace Dispatch.Web.Operators;

/// <summary>Mounts Hangfire's own dashboard at <c>/hangfire</c>, for operators only.</summary>
internal static class HangfireDashboard
{
    /// <summary>After the engine's services, whose storage and filters then stand.</summary>
    public static IServiceCollection AddHangfireDashboard(this IServiceCollection services) => services.AddHangfire(_ => { });

    // No local-requests-only filter: behind a reverse proxy on the same machine every request is local.
    public static void MapHangfireDashboard(this IEndpointRouteBuilder app) => app.MapHangfireDashboardWithAuthorizationPolicy(
        Schemes.Operator, "/hangfire", new Hangfire.DashboardOptions { Authorization = [], DashboardTitle = "Dispatch" });
}
