using System.Security.Claims;
using Dispatch.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>Asks for an operator: the installation's first account, or one that <c>Dispatch:Operators</c> names.</summary>
internal sealed class OperatorRequirement : IAuthorizationRequirement;

/// <summary>Looks at the account as it is now, not as it was when the cookie was made.</summary>
internal sealed class OperatorHandler(UserManager<Account> accounts, DispatchOptions options) : AuthorizationHandler<OperatorRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, OperatorRequirement requirement)
    {
        if (context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } id && await accounts.FindByIdAsync(id) is { } account
            && IsOperator(account.IsOperator, account.Email!, options))
        {
            context.Succeed(requirement);
        }
    }

    public static bool IsOperator(bool isFirstOperator, string email, DispatchOptions options) => isFirstOperator || options.Operators.Contains(email, StringComparer.OrdinalIgnoreCase);
}
