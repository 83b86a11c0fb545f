using System.Security.Claims;
using System.Text.Encodings.Web;
using Dispatch.Data;
using Dispatch.Projects;
using Dispatch.Settings;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Dispatch.Web.Accounts;

/// <summary>Programs by <c>x-api-key</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyStore keys,
    CredentialTurns turns, DatabaseOptions database)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Header = "x-api-key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header] is not [{ } text]) return AuthenticateResult.NoResult();
        using var turn = keys.IsNew(text) ? await turns.EnterAsync(Context) : null;
        if (CredentialTurns.WasRefused(Context)) return AuthenticateResult.NoResult();
        // Where another host may have revoked the key, only POST /jobs may believe the cache: its insert looks at the key once more, in the
        // database. On SQLite each look would hold a thread that accepts and fires, and the one host knows what is revoked.
        var mayBeCached = HttpMethods.IsPost(Request.Method) || database.Provider.ServesOneHost();
        if (await keys.FindAsync(text, mayBeCached, Context.RequestAborted) is not { } owner)
            return AuthenticateResult.NoResult();
        Context.Features.Set(new Caller(owner.AccountId, owner.ProjectId, owner.KeyId));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Scheme.Name)), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        (CredentialTurns.WasRefused(Context) ? CredentialTurns.Busy : Refuse(Request)).ExecuteAsync(Context);

    /// <summary>The same answer where the key turns out to be revoked only when the job is stored.</summary>
    public static Failure Refuse(HttpRequest request)
    {
        request.HttpContext.Response.Headers.WWWAuthenticate = "ApiKey realm=\"dispatch\"";
        return Failure.Unauthorized(
            request.Headers.ContainsKey(Header) ? "The API key is not valid" : "Send the project's API key as x-api-key");
    }
}
