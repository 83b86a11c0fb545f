namespace Dispatch.Web.Docs;

/// <summary>Where readers reach this host, for samples that can be pasted as they stand.</summary>
internal static class HostAddress
{
    /// <summary><c>Dispatch:PublicUrl</c> or else what the request came to, without a slash at the end.</summary>
    public static string Of(HttpContext http, DispatchOptions options) =>
        (options.PublicUrl?.ToString() ?? $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}").TrimEnd('/');
}
