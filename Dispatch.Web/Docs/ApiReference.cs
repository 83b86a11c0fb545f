using System.Security.Cryptography;
using Scalar.AspNetCore;

namespace Dispatch.Web.Docs;

/// <summary>
/// The interactive reference over the OpenAPI document: Scalar, from its assembly and nowhere else, in Dispatch's colours.
/// </summary>
internal static class ApiReference
{
    public const string Path = "/docs/api";

    public static void MapApiReference(this IEndpointRouteBuilder app) =>
        app.MapScalarApiReference(Path, Configure).ExcludeFromDescription();

    private static void Configure(ScalarOptions options, HttpContext http)
    {
        options.Title = "API reference · Dispatch";
        options.OpenApiRoutePattern = "/openapi/v1.json";
        options.DynamicBaseServerUrl = true;
        options.Theme = ScalarTheme.None;
        options.Favicon = "/favicon.svg";
        options.HideDarkModeToggle = true;   // the colours are those of tokens.css, and theme.js knows the choice
        options.HeadContent =
            """<script src="/theme.js"></script>"""
            + """<link rel="stylesheet" href="/tokens.css"><link rel="stylesheet" href="/docs-api.css">"""
            + """<script src="/docs.js" defer></script>""";
        options.HeaderContent = """<a class="back-to-guide" href="/docs/using">← Using Dispatch</a>""";

        // Nothing that would leave this host, or ask the reader to.
        options.DefaultFonts = false;
        options.Telemetry = false;
        options.ProxyUrl = null;
        options.HideClientButton = true;
        options.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        options.PersistentAuthentication = false;   // a key does not belong into the browser's storage
        options.DisableAgent().DisableMcp();

        // Scalar starts itself with an inline script; a nonce lets in that one, on this path alone.
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        options.WithNonce(nonce);
        http.Response.Headers.ContentSecurityPolicy = Policy(nonce);
    }

    // Scalar sets styles on elements, and its icons are data URLs.
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
