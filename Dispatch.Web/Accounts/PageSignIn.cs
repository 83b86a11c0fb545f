using Dispatch.Accounts;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>Signs in to the pages with a cookie, by the same rules and limits as the API.</summary>
internal sealed class PageSignIn(AccountDesk desk, SignInManager<Account> signIn)
{
    /// <summary>Redirects, or says why not.</summary>
    public async Task<string?> SignInAsync(HttpContext http, string email, string password, string? returnUrl) =>
        await FinishAsync(http, await desk.SignInAsync(email.Trim(), password, http.Connection.RemoteIpAddress, http.RequestAborted), returnUrl);

    /// <inheritdoc cref="SignInAsync"/>
    public async Task<string?> RegisterAsync(HttpContext http, string email, string password, string? returnUrl) =>
        await FinishAsync(http, await desk.RegisterAsync(email.Trim(), password, http.Connection.RemoteIpAddress, http.RequestAborted), returnUrl);

    public static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http)) return TypedResults.BadRequest();
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return TypedResults.LocalRedirect("/");
    }

    private async Task<string?> FinishAsync(HttpContext http, Parsed<Account> result, string? returnUrl)
    {
        if (result.Value is not { } account)
        {
            result.Failure!.SetHead(http.Response);
            return result.Failure.Message;
        }

        await signIn.SignInAsync(account, isPersistent: true);
        http.Response.Redirect(LocalUrl.OrHome(returnUrl));
        return null;
    }
}
