using Dispatch.Model;
using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Api;

/// <summary>Register, sign in, sign out; the session token is what the reading calls take.</summary>
internal static class AuthApi
{
    private static readonly FieldNames EmailAndPassword = new("email", "password");
    private static readonly FieldNames PasswordOnly = new("password");
    private static readonly FieldNames BothPasswords = new("currentPassword", "newPassword");

    public static void MapAuth(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Accounts");

        auth.MapPost("/register", RegisterAsync).WithName("register").WithSummary("Make an account and sign in")
            .Takes(typeof(Credentials))
            .Fails(
                400, "email_required", "email_invalid", "password_required", "password_invalid", "password_too_short", "password_too_long")
            .Fails(403, "registration_closed").Fails(409, "email_taken").Fails(429, "too_many_requests");

        auth.MapPost("/login", SignInAsync).WithName("login").WithSummary("Sign in")
            .WithDescription("A session lives 30 days. After five wrong passwords the account is locked for 15 minutes.")
            .Takes(typeof(Credentials)).Fails(400, "email_required", "email_invalid", "password_required", "password_invalid")
            .Fails(401, "wrong_credentials").Fails(429, "too_many_requests");

        auth.MapPost("/logout", SignOutAsync).WithName("logout").WithSummary("Sign out")
            .WithDescription("The token is dead when the answer arrives.").Needs(Schemes.Bearer);

        auth.MapGet("/me", GetMeAsync).WithName("getMe").WithSummary("Who is signed in").Needs(Schemes.Bearer)
            .Reads(ReadKind.Small);

        auth.MapPost("/password", ChangePasswordAsync).WithName("changePassword").WithSummary("Change the password")
            .WithDescription("Ends every session of the account, this one included; sign in again with the new password.")
            .Needs(Schemes.Bearer).Takes(typeof(PasswordChange))
            .Fails(400, "current_password_required", "current_password_invalid", "new_password_required", "new_password_invalid",
                "new_password_too_short", "new_password_too_long", "wrong_password")
            .Fails(429, "too_many_requests");

        auth.MapDelete("/account", DeleteAsync).WithName("deleteAccount").WithSummary("Delete the account")
            .WithDescription("Deletes its projects, keys and sessions with it, and cancels its jobs.")
            .Needs(Schemes.Bearer).Takes(typeof(AccountDeletion))
            .Fails(400, "password_required", "password_invalid", "wrong_password").Fails(429, "too_many_requests");
    }

    private static async Task<Results<Created<Envelope<SessionDto>>, Failure>> RegisterAsync(
        HttpContext http, AccountService accounts, SessionStore sessions, CancellationToken cancellation)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(http.Request, EmailAndPassword);
        if (fields is null) return failure!;
        var (email, password) = (fields.RequiredText(0), fields.RequiredText(1));
        if (fields.Failure is { } invalid) return invalid;

        var (account, refused) = await accounts.RegisterAsync(email!, password!, http.Connection.RemoteIpAddress, cancellation);
        if (account is null) return refused!;
        return await sessions.OpenAsync(account, SessionOrigin.Of(http), cancellation) is { } session
            ? Responses.Created("/api/v1/auth/me", "Account created successfully", session.ToDto(account))
            : AccountService.WrongCredentials;
    }

    private static async Task<Results<Ok<Envelope<SessionDto>>, Failure>> SignInAsync(
        HttpContext http, AccountService accounts, SessionStore sessions, CancellationToken cancellation)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(http.Request, EmailAndPassword);
        if (fields is null) return failure!;
        var (email, password) = (fields.RequiredText(0), fields.RequiredText(1));
        if (fields.Failure is { } invalid) return invalid;

        var (account, refused) = await accounts.SignInAsync(email!, password!, http.Connection.RemoteIpAddress, cancellation);
        if (account is null) return refused!;
        return await sessions.OpenAsync(account, SessionOrigin.Of(http), cancellation) is { } session
            ? Responses.Ok("Signed in successfully", session.ToDto(account))
            : AccountService.WrongCredentials;
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> SignOutAsync(HttpRequest request, SessionStore sessions)
    {
        // The pages' cookie opens this too; who has only that signs out by the pages, which take the cookie away.
        if (BearerHandler.Token(request) is not { } token)
            return Failure.Unauthorized("Send the token that is to be signed out as Authorization: Bearer");
        await sessions.CloseAsync(token, CancellationToken.None);
        return Responses.Done("Signed out successfully");
    }

    private static async Task<Results<Ok<Envelope<UserDto>>, Failure>> GetMeAsync(Caller caller, UserManager<Account> accounts) =>
        await accounts.FindByIdAsync(caller.AccountId.ToString()) is { } account
            ? Responses.Ok("Account fetched successfully", account.ToDto())
            : Failure.OfStatus(StatusCodes.Status401Unauthorized);   // deleted since the token was looked up

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> ChangePasswordAsync(
        HttpContext http, Caller caller, AccountService accounts, CancellationToken cancellation)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(http.Request, BothPasswords);
        if (fields is null) return failure!;
        var (current, replacement) = (fields.RequiredText(0), fields.RequiredText(1));
        if (fields.Failure is { } invalid) return invalid;

        return await accounts.ChangePasswordAsync(
            caller.AccountId, current!, replacement!, keep: null, http.Connection.RemoteIpAddress, cancellation) is { } refused
            ? refused
            : Responses.Done("Password changed successfully; sign in again");
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> DeleteAsync(
        HttpContext http, Caller caller, AccountService accounts, CancellationToken cancellation)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(http.Request, PasswordOnly);
        if (fields is null) return failure!;
        var password = fields.RequiredText(0);
        if (fields.Failure is { } invalid) return invalid;

        return await accounts.DeleteAsync(caller.AccountId, password!, http.Connection.RemoteIpAddress, cancellation) is { } refused
            ? refused
            : Responses.Done("Account deleted successfully");
    }
}
