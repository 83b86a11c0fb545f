using System.Net.Mime;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>
/// <c>passkeys.js</c> gets the challenges here; the answers come back in the pages' forms. Both ask for the form's antiforgery token.
/// </summary>
internal static class PasskeyEndpoints
{
    public static void MapPasskeys(this IEndpointRouteBuilder app)
    {
        app.MapPost("/login/passkey", BeginSignInAsync).ExcludeFromDescription();
        app.MapPost("/account/passkey", BeginAddAsync).ExcludeFromDescription()
            .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = IdentityConstants.ApplicationScheme });
    }

    private static async Task<IResult> BeginSignInAsync(
        HttpContext http, IAntiforgery antiforgery, AccountLimits limits, PasskeyService passkeys)
    {
        if (!await antiforgery.IsRequestValidAsync(http)) return TypedResults.BadRequest();
        if (limits.Count(http.Connection.RemoteIpAddress) is { } tooMany) return tooMany;
        return Challenge(await passkeys.BeginSignInAsync());
    }

    private static async Task<IResult> BeginAddAsync(
        HttpContext http, IAntiforgery antiforgery, PasskeyService passkeys, CancellationToken cancellation)
    {
        if (!await antiforgery.IsRequestValidAsync(http)) return TypedResults.BadRequest();
        if (!http.Request.HasFormContentType || http.User.AccountId() is not { } me) return TypedResults.BadRequest();
        var password = (await http.Request.ReadFormAsync(cancellation))["Form.Password"].ToString();
        var (options, failure) = await passkeys.BeginAddAsync(me, password, http.Connection.RemoteIpAddress, cancellation);
        return options is null ? failure! : Challenge(options);
    }

    private static ContentHttpResult Challenge(string json) => TypedResults.Text(json, MediaTypeNames.Application.Json);
}
