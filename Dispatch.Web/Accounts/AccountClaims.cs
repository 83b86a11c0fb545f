using System.Security.Claims;
using Dispatch.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dispatch.Web.Accounts;

/// <summary>
/// What the cookie says of an account beside its id and name: the role that shows operators their menu. It is only for showing; what an operator
/// may do is asked afresh (<see cref="OperatorHandler"/>). Made at sign-in and again at each look at the security stamp.
/// </summary>
internal sealed class AccountClaims(UserManager<Account> accounts, IOptions<IdentityOptions> identity, DispatchOptions options)
    : UserClaimsPrincipalFactory<Account>(accounts, identity)
{
    public const string Operator = "operator";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var claims = await base.GenerateClaimsAsync(user);
        if (OperatorHandler.IsOperator(user, options)) claims.AddClaim(new Claim(claims.RoleClaimType, Operator));
        return claims;
    }
}
