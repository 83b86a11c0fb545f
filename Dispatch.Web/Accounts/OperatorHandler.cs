using Dispatch.Data;
using Dispatch.Settings;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Accounts;

/// <summary>Asks for an operator: the installation's first account, or one that <c>Dispatch:Operators</c> names.</summary>
internal sealed class OperatorRequirement : IAuthorizationRequirement;

/// <summary>Looks at the account as it is now, not as it was when the cookie was made.</summary>
/// <remarks>
/// The framework has every handler made for every request that asks for anything. Therefore this handler is one for all requests and does
/// without the scoped context that Identity's stores want, because <c>POST /jobs</c> would pay for both.
/// </remarks>
internal sealed class OperatorHandler(IDbContextFactory<DispatchDbContext> contexts, DispatchOptions options)
    : AuthorizationHandler<OperatorRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, OperatorRequirement requirement)
    {
        if (context.User.AccountId() is not { } id) return;

        await using var db = await contexts.CreateDbContextAsync();
        var account = await db.Users.Where(a => a.Id == id).Select(a => new { a.IsOperator, a.Email }).FirstOrDefaultAsync();
        if (account is not null && IsOperator(account.IsOperator, account.Email!, options)) context.Succeed(requirement);
    }

    public static bool IsOperator(bool isFirstOperator, string email, DispatchOptions options) =>
        isFirstOperator || options.Operators.Contains(email, StringComparer.OrdinalIgnoreCase);
}
