using Dispatch.Web.Accounts;
using Dispatch.Web.Client;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Dashboard;
using Dispatch.Web.Live;
using Dispatch.Web.Operators;
using Dispatch.Web.Prepared;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;

namespace Dispatch.Web.Components;

/// <summary>Registers and maps what people see in a browser.</summary>
internal static class PageServices
{
    // Everything from this host, no inline script; the pages carry their style in themselves.
    private const string Policy =
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // Hangfire's dashboard brings inline scripts of its own.
    private const string HangfirePolicy = "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'";

    // Passkeys for this host's own pages; nothing else that a page could ask a device for.
    private const string Permissions =
        "publickey-credentials-get=(self), publickey-credentials-create=(self), "
        + "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=()";

    // A circuit begins with one message that brings back what was read while rendering: a grid of 100 jobs with URLs of 2,048 characters
    // is near half a megabyte. At SignalR's default of 32 KB the circuit breaks off.
    private const long MaxMessage = 1024 * 1024;

    public static IServiceCollection AddDispatchPages(this IServiceCollection services)
    {
        services.AddRazorComponents()
            .AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessage)
            .AddInteractiveWebAssemblyComponents()
            .AddAuthenticationStateSerialization();   // name and role: all that a browser needs to know
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitSessions>();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "dispatch.form";
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;   // HttpOnly and SameSite=Strict it is by itself
        });
        services.AddDashboard().AddDispatchLive();
        services.AddScoped<DashboardService>().AddScoped<IDispatchApi, CircuitDispatchApi>();
        services.AddScoped<PageSignIn>();
        return services.AddHangfireDashboard();
    }

    /// <summary>Security headers, pages for errors, then routing. For everything that is not the API, which has its envelope.</summary>
    public static IApplicationBuilder UseDispatchPages(this IApplicationBuilder app) => app
        .Use(next => http =>
        {
            if (!IsApi(http)) AddHeaders(http);
            return next(http);
        })
        .UsePreparedAnswers()
        .UseWhen(http => !IsApi(http), pages => pages.UseExceptionHandler("/status/500", createScopeForErrors: true))
        .UseWhen(IsForPerson, pages => pages
            .UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true)
            .Use(ForgetEmptyAnswer))
        .Use(next => http =>
        {
            // The page that tells of an error is got, whatever the request was: as a POST it would look for a form to handle.
            if (IsErrorPage(http)) http.Request.Method = HttpMethods.Get;
            return next(http);
        })
        .UseRouting();   // here and not at the very top, so that an error is routed to its page

    public static IEndpointRouteBuilder MapDispatchPages(this IEndpointRouteBuilder app)
    {
        app.MapStaticAssets();
        app.MapRazorComponents<App>()
            .AllowHead()
            .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null)   // the policy below says it
            .AddInteractiveWebAssemblyRenderMode()
            .AddAdditionalAssemblies(typeof(Routes).Assembly)
            .WithStaticAssets();
        app.MapDispatchLive();
        app.MapPasskeys();
        app.MapPost("/logout", PageSignIn.SignOutAsync).ExcludeFromDescription();
        app.MapHangfireDashboard();
        return app;
    }

    // Blazor maps pages for GET and POST only; what may be got may be asked for its head (RFC 9110, section 9.3.2).
    private static RazorComponentsEndpointConventionBuilder AllowHead(this RazorComponentsEndpointConventionBuilder pages)
    {
        pages.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<ComponentTypeMetadata>().Any())
                endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head, HttpMethods.Post]));
        });
        return pages;
    }

    // Blazor refuses a form without its token with the type of a page and no page, which would pass for one.
    private static RequestDelegate ForgetEmptyAnswer(RequestDelegate next) => async http =>
    {
        await next(http);
        if (http.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false }) http.Response.ContentType = null;
    };

    // Programs that POST, to an inbox or to a hub, get the bare status.
    private static bool IsForPerson(HttpContext http) =>
        !IsApi(http)
        && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || http.Request.HasFormContentType);

    private static bool IsErrorPage(HttpContext http) =>
        http.Features.Get<IStatusCodeReExecuteFeature>() is not null || http.Features.Get<IExceptionHandlerFeature>() is not null;

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api");

    private static void AddHeaders(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = Permissions;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/hangfire") ? HangfirePolicy : Policy;
    }
}
