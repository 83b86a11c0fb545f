using System.Security.Claims;
using Dispatch.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dispatch.Web.Accounts;

/// <summary>
/// The cookie carries an account's id and name; the sign-in adds the session. Identity's security stamp stays out, because
/// <see cref="CookieSessions"/> asks the session's row instead. It also adds <see cref="Operator"/>.
/// </summary>
internal sealed class AccountClaims(UserManager<Account> accounts, IOptions<IdentityOptions> identity)
    : UserClaimsPrincipalFactory<Account>(accounts, identity)
{
    /// <summary>The role that shows operators their menu.</summary>
    public const string Operator = "operator";

    /// <summary>The type of the claim that names the session's row.</summary>
    public const string Session = "sid";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var claims = await base.GenerateClaimsAsync(user);
        if (claims.FindFirst(Options.ClaimsIdentity.SecurityStampClaimType) is { } stamp) claims.RemoveClaim(stamp);
        return claims;
    }
}
