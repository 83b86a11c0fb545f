using Dispatch.Settings;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Dispatch.Web.Connections;

/// <summary>Registers the limits of connections and of what strangers may ask for at once.</summary>
internal static class ConnectionServices
{
    // An answer waits here for a client that reads slowly; what does not fit stays where it came from.
    private const int MaxUnsent = 16 * 1024;

    // Requests that are sent ahead wait here, and so does a part of a body that waits for its turn; 1 MiB otherwise.
    private const int MaxUnread = 64 * 1024;

    public static IServiceCollection AddDispatchConnections(this IServiceCollection services) => services
        .Configure<SocketTransportOptions>(LimitBuffers)
        .AddSingleton<ConnectionLog>().AddSingleton<ConnectionRegister>().AddSingleton<ConnectionLimits>();

    public static void LimitConnections(this KestrelServerOptions kestrel, LimitOptions limits)
    {
        kestrel.Limits.MaxConcurrentUpgradedConnections = limits.MaxWebSockets ?? Math.Max(1, limits.MaxConnections / 2);
        kestrel.Limits.MaxResponseBufferSize = MaxUnsent;   // of TLS and HTTP/2; the sockets have their own
        kestrel.Limits.MaxRequestBufferSize = MaxUnread;
        kestrel.ConfigureEndpointDefaults(endpoint =>
            endpoint.Use(kestrel.ApplicationServices.GetRequiredService<ConnectionLimits>().Around));
    }

    /// <summary>Tells the connection that a request is at work on it. Before everything else.</summary>
    public static IApplicationBuilder UseRequestMarks(this IApplicationBuilder app) => app.Use(next => async http =>
    {
        var connection = http.Features.Get<ClientConnection>();
        connection?.BeginRequest();
        try
        {
            await next(http);
        }
        finally
        {
            connection?.EndRequest();
        }
    });

    /// <summary>
    /// Pages for those who are not signed in take turns: whoever reads without an account must not take the processor that deliveries need.
    /// What accepts jobs and what fires them is no page. After sign-in.
    /// </summary>
    public static IApplicationBuilder UseTurnsForStrangers(this IApplicationBuilder app)
    {
        var turns = new AddressTurns(app.ApplicationServices.GetRequiredService<LimitOptions>().MaxAnonymousRequests);
        return app.Use(next => http => IsPageForStranger(http) ? RunAsync(http, next, turns) : next(http));
    }

    private static void LimitBuffers(SocketTransportOptions sockets)
    {
        sockets.MaxWriteBufferSize = MaxUnsent;
        sockets.MaxReadBufferSize = MaxUnread;
        sockets.CreateBoundListenSocket = ListenSocket.Create;
    }

    private static bool IsPageForStranger(HttpContext http) =>
        (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        && http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null
        && http.User.Identity?.IsAuthenticated != true;

    private static async Task RunAsync(HttpContext http, RequestDelegate next, AddressTurns turns)
    {
        using var place = await turns.EnterAsync(http.Connection.RemoteIpAddress, http.RequestAborted);
        if (place is not null)
        {
            await next(http);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.RetryAfter = "1";
        http.Response.ContentType = "text/plain; charset=utf-8";   // a page that says so would have to wait for its turn as well
        await http.Response.WriteAsync("Too many people ask at the moment; try again in a second.", http.RequestAborted);
    }
}
