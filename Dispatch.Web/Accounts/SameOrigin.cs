using Dispatch.Settings;
using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Lets only this host's own pages open lasting connections. Browsers send cookies with a WebSocket of any page and do not ask the host for
/// permission first; but they say where the page is from.
/// </summary>
internal static class SameOrigin
{
    private static readonly PathString Circuits = "/_blazor";
    private static readonly PathString Hub = HubLiveFeed.Address;

    public static IApplicationBuilder UseSameOriginForConnections(this IApplicationBuilder app)
    {
        var publicUrl = app.ApplicationServices.GetRequiredService<DispatchOptions>().PublicUrl;
        return app.Use(next => http =>
        {
            if (!IsConnection(http.Request) || IsOwn(http.Request, publicUrl)) return next(http);
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        });
    }

    /// <summary>A script's request for a circuit or for the live feed, not a page.</summary>
    public static bool IsConnection(HttpRequest request) =>
        request.Path.StartsWithSegments(Circuits) || request.Path.StartsWithSegments(Hub);

    // Only host and port count, because TLS may end at a proxy that is not named. A program that is no browser sends no Origin, and
    // nobody's cookies either.
    private static bool IsOwn(HttpRequest request, Uri? publicUrl)
    {
        if (request.Headers.Origin is not [{ } origin]) return request.Headers.Origin.Count == 0;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var from)) return false;
        return Matches(from, request.Host)
            || (publicUrl is not null && from.Authority.Equals(publicUrl.Authority, StringComparison.OrdinalIgnoreCase));
    }

    private static bool Matches(Uri from, HostString host) =>
        from.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is { } port ? from.Port == port : from.IsDefaultPort);
}
