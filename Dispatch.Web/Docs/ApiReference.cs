using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Scalar.AspNetCore;

namespace Dispatch.Web.Docs;

/// <summary>
/// The interactive reference over the OpenAPI document: Scalar, from its assembly and nowhere else, in Dispatch's colours.
/// </summary>
internal static partial class ApiReference
{
    public const string Path = "/docs/api";

    public static void MapApiReference(this IEndpointRouteBuilder app) =>
        app.MapScalarApiReference(Path, Configure).ExcludeFromDescription().AddEndpointFilter(LetInOwnScriptAsync);

    private static void Configure(ScalarOptions options)
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
    }

    // Scalar starts itself with an inline script. The policy lets in that one by its hash, on this path alone, so that the page is the same
    // at each request.
    private static async ValueTask<object?> LetInOwnScriptAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        if (result is ContentHttpResult { ResponseContent: { } page })
        {
            var hashes = InlineScript().Matches(page).Select(script => HashOf(script.Groups[1].Value));
            context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy(string.Join(' ', hashes));
        }

        return result;
    }

    private static string HashOf(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    // Scalar sets styles on elements, and its icons are data URLs.
    private static string Policy(string ownScript) =>
        $"default-src 'none'; script-src 'self' {ownScript}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    [GeneratedRegex("<script(?![^>]* src=)[^>]*>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();
}
