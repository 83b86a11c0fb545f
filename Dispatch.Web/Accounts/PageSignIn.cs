using System.Security.Claims;
using Dispatch.Model;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>Signs in to the pages with a cookie that names a session, by the same rules and limits as the API.</summary>
internal sealed class PageSignIn(AccountService accounts, PasskeyService passkeys, SessionStore sessions, SignInManager<Account> signIn)
{
    /// <summary>Redirects, or says why not.</summary>
    public async Task<Failure?> SignInAsync(HttpContext http, string email, string password, string? returnUrl) =>
        await FinishAsync(
            http,
            await accounts.SignInAsync(email.Trim(), password, http.Connection.RemoteIpAddress, http.RequestAborted),
            returnUrl);

    /// <inheritdoc cref="SignInAsync"/>
    public async Task<Failure?> RegisterAsync(HttpContext http, string email, string password, string? returnUrl) =>
        await FinishAsync(
            http,
            await accounts.RegisterAsync(email.Trim(), password, http.Connection.RemoteIpAddress, http.RequestAborted),
            returnUrl);

    /// <inheritdoc cref="SignInAsync"/>
    public async Task<Failure?> SignInWithPasskeyAsync(HttpContext http, string passkeyAnswer, string? returnUrl) =>
        await FinishAsync(http, await passkeys.SignInAsync(passkeyAnswer, http.Connection.RemoteIpAddress), returnUrl);

    public static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery, SessionStore sessions)
    {
        // Signed out elsewhere meanwhile: the form's token is of a person who is no longer there, and there is nothing left to do.
        if (http.User.Identity?.IsAuthenticated != true) return TypedResults.LocalRedirect("/");
        if (!await antiforgery.IsRequestValidAsync(http)) return TypedResults.BadRequest();
        await CloseAsync(http, sessions);
        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
        return TypedResults.LocalRedirect("/");
    }

    private async Task<Failure?> FinishAsync(HttpContext http, Parsed<Account> result, string? returnUrl)
    {
        if (result.Value is not { } account) return result.Failure;
        if (await sessions.OpenBrowserAsync(account, SessionOrigin.Of(http), http.RequestAborted) is not { } session)
            return AccountService.WrongCredentials;
        await CloseAsync(http, sessions);   // whoever was signed in here before
        await signIn.SignInWithClaimsAsync(account, isPersistent: true, [new Claim(AccountClaims.Session, session.ToString())]);
        http.Response.Redirect(LocalUrl.OrOverview(returnUrl));
        return null;
    }

    private static async Task CloseAsync(HttpContext http, SessionStore sessions)
    {
        if (http.User.AccountId() is { } me && http.User.SessionId() is { } session)
            await sessions.CloseAsync(me, session, CancellationToken.None);
    }
}
