using Dispatch.Web.Accounts;
using Dispatch.Web.Client;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Dashboard;
using Dispatch.Web.Live;
using Hangfire;

namespace Dispatch.Web.Components;

/// <summary>Registers and maps what people see in a browser.</summary>
internal static class PageServices
{
    // Everything from this host, no inline script; the pages carry their style in themselves.
    private const string Policy =
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // Hangfire's dashboard brings inline scripts of its own.
    private const string HangfirePolicy = "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'";

    // A circuit begins with one message that brings back what was read while rendering: a grid of 100 jobs with URLs of 2,048 characters
    // is near half a megabyte. At SignalR's default of 32 KB the circuit breaks off.
    private const long MaxMessage = 1024 * 1024;

    public static IServiceCollection AddDispatchPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessage).AddInteractiveWebAssemblyComponents()
            .AddAuthenticationStateSerialization(state => state.SerializeAllClaims = true);
        services.AddCascadingAuthenticationState();
        services.AddDashboard().AddDispatchLive();
        services.AddScoped<DashboardDesk>().AddScoped<IDispatchApi, CircuitDispatchApi>();
        services.AddScoped<PageSignIn>();
        return services.AddHangfire(_ => { });
    }

    /// <summary>Security headers, pages for errors, then routing. For everything that is not the API, which has its envelope.</summary>
    public static IApplicationBuilder UseDispatchPages(this IApplicationBuilder app) => app
        .Use(next => http =>
        {
            if (!IsApi(http)) AddHeaders(http);
            return next(http);
        })
        .UseWhen(http => !IsApi(http), pages => pages.UseExceptionHandler("/status/500", createScopeForErrors: true))
        .UseWhen(http => !IsApi(http) && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)), pages => pages
            .UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true))
        .UseRouting();   // here and not at the very top, so that an error is routed to its page

    public static IEndpointRouteBuilder MapDispatchPages(this IEndpointRouteBuilder app)
    {
        app.MapStaticAssets();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null)   // the policy below says it
            .AddInteractiveWebAssemblyRenderMode()
            .AddAdditionalAssemblies(typeof(Routes).Assembly)
            .WithStaticAssets();
        app.MapDispatchLive();
        app.MapPost("/logout", PageSignIn.SignOutAsync).ExcludeFromDescription();
        // No local-requests-only filter: behind a reverse proxy on the same machine every request is local.
        app.MapHangfireDashboardWithAuthorizationPolicy(Schemes.Operator, "/hangfire", new Hangfire.DashboardOptions { Authorization = [], DashboardTitle = "Dispatch" });
        return app;
    }

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api");

    private static void AddHeaders(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/hangfire") ? HangfirePolicy : Policy;
    }
}
