using System.Security.Claims;
using System.Text.Encodings.Web;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Sessions by <c>Authorization: Bearer</c>. Each request looks its session up in the database, so that signing out ends it at once, on
/// every host.
/// </summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    SessionLook sessions, CredentialTurns turns)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>What an answer of 401 asks for.</summary>
    public const string Challenge = "Bearer realm=\"dispatch\"";

    private const string Prefix = "Bearer ";

    /// <summary>The request's token, or null where there is none.</summary>
    public static string? Token(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? header[Prefix.Length..].Trim()
            : null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Token(Request) is not { } token) return AuthenticateResult.NoResult();
        using var turn = sessions.IsNew(token) ? await turns.EnterAsync(Context) : null;
        if (CredentialTurns.WasRefused(Context)) return AuthenticateResult.NoResult();
        if (await sessions.FindAsync(token, Context.RequestAborted) is not { } session) return AuthenticateResult.NoResult();
        Context.Features.Set(new Caller(session.AccountId));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Scheme.Name)), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (CredentialTurns.WasRefused(Context)) return CredentialTurns.Busy.ExecuteAsync(Context);
        var sent = Request.Headers.Authorization.Count > 0;
        Response.Headers.WWWAuthenticate = sent ? $"{Challenge}, error=\"invalid_token\"" : Challenge;   // RFC 6750, section 3
        return Failure
            .Unauthorized(sent ? "The session token is not valid; sign in again" : "Sign in and send the token as Authorization: Bearer")
            .ExecuteAsync(Context);
    }
}
