using System.Security.Claims;
using Dispatch.Settings;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.StaticAssets;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Asks at each request whether the session that the cookie names is still open. This replaces Identity's look at the security stamp once a
/// minute, because a minute is too long for someone who has just signed a lost laptop out.
/// </summary>
internal static class CookieSessions
{
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        // Scripts and styles are the same for everyone, so they need no look-up. The page of an error gets none either, because the error
        // may be that the look-up fails.
        var needsNobody = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
            || context.HttpContext.Features.Get<IExceptionHandlerFeature>() is not null;
        if (needsNobody || await FindAsync(context) is not { } session)
        {
            // The cookie stays: it opens nothing, and deleting it here could hit the one that a new sign-in has just set.
            context.RejectPrincipal();
            return;
        }

        var options = context.HttpContext.RequestServices.GetRequiredService<DispatchOptions>();
        SetOperator(
            (ClaimsIdentity)context.Principal!.Identity!,
            OperatorHandler.IsOperator(session.IsFirstOperator, session.Email, options));
    }

    private static async Task<OpenSession?> FindAsync(CookieValidatePrincipalContext context)
    {
        if (context.Principal?.SessionId() is not { } id) return null;
        var session = await context.HttpContext.RequestServices
            .GetRequiredService<SessionLook>()
            .FindAsync(id, context.HttpContext.RequestAborted);
        return session?.AccountId == context.Principal.AccountId() ? session : null;
    }

    // Only for showing the menu; what an operator may do is asked afresh (OperatorHandler).
    private static void SetOperator(ClaimsIdentity person, bool isOperator)
    {
        var claim = person.FindFirst(c => c.Type == person.RoleClaimType && c.Value == AccountClaims.Operator);
        if (isOperator && claim is null) person.AddClaim(new Claim(person.RoleClaimType, AccountClaims.Operator));
        if (!isOperator && claim is not null) person.RemoveClaim(claim);
    }
}
