using System.Security.Claims;
using System.Text.Encodings.Web;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dispatch.Web.Accounts;

/// <summary>
/// The dashboard's own calls: the pages' cookie, together with a header (<see cref="DispatchClient.Header"/>) that no other site can make a
/// browser send. The cookie alone opens nothing under <c>/api</c>.
/// </summary>
internal sealed class DashboardHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Headers.ContainsKey(DispatchClient.Header)) return AuthenticateResult.NoResult();
        if ((await Context.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Principal is not { } person
            || person.AccountId() is not { } accountId)
            return AuthenticateResult.NoResult();
        Context.Features.Set(new Caller(accountId));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Scheme.Name)), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        Failure.Unauthorized("Sign in again").ExecuteAsync(Context);
}
