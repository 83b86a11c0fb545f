using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>Registers accounts: Identity on the database, the three ways to prove who one is, and the policies.</summary>
internal static class AccountServices
{
    public static IServiceCollection AddDispatchAccounts(this IServiceCollection services)
    {
        services.AddSingleton<AccountLimits>().AddSingleton<CredentialTurns>();
        services.AddSingleton<DummyPassword>().AddSingleton<SessionStore>().AddSingleton<SessionLook>()
            .AddScoped<AccountService>().AddScoped<PasskeyService>();
        services.AddSingleton<SessionWatch>().AddHostedService(provider => provider.GetRequiredService<SessionWatch>());
        services.AddSingleton<IAuthorizationHandler, OperatorHandler>();
        services.AddIdentity();
        services.AddSchemes();
        services.AddPolicies();
        return services;
    }

    private static void AddIdentity(this IServiceCollection services)
    {
        services.AddIdentityCore<Account>(options =>
            {
                options.User.RequireUniqueEmail = true;
                options.User.AllowedUserNameCharacters = "";   // the name is the e-mail, which EmailAddress has judged
                options.Password = new PasswordOptions
                {
                    RequiredLength = AccountService.MinPassword,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireUppercase = false,
                    RequireNonAlphanumeric = false,
                };
                options.Lockout = new LockoutOptions { MaxFailedAccessAttempts = 5, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15) };
            })
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddEntityFrameworkStores<DispatchDbContext>()
            .AddSignInManager();
        services.AddOptions<IdentityPasskeyOptions>().Configure<DispatchOptions>((passkeys, dispatch) =>
        {
            passkeys.ServerDomain = dispatch.PublicUrl?.Host;   // null: the host of the request
            passkeys.ResidentKeyRequirement = "required";       // so that signing in needs no e-mail address
            passkeys.UserVerificationRequirement = "required";   // it stands in for the password: possession alone is not enough
        });
    }

    private static void AddSchemes(this IServiceCollection services)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, Describe)
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, DescribeChallenge)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(Schemes.Bearer, null)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Schemes.ApiKey, null)
            .AddScheme<AuthenticationSchemeOptions, DashboardHandler>(Schemes.Dashboard, null)
            .AddPolicyScheme(Schemes.Person, null, options => options.ForwardDefaultSelector = http => OfPerson(http.Request))
            .AddPolicyScheme(Schemes.BearerOrApiKey, null, options => options.ForwardDefaultSelector =
                http => http.Request.Headers.ContainsKey(ApiKeyHandler.Header) ? Schemes.ApiKey : OfPerson(http.Request));
        // Every refused request would be a line otherwise.
        services.AddLogging(logging => logging
            .AddFilter(typeof(BearerHandler).FullName, LogLevel.Warning)
            .AddFilter(typeof(ApiKeyHandler).FullName, LogLevel.Warning));
    }

    private static string OfPerson(HttpRequest request) =>
        request.Headers.ContainsKey(DispatchClient.Header) ? Schemes.Dashboard : Schemes.Bearer;

    private static void AddPolicies(this IServiceCollection services)
    {
        var authorization = services.AddAuthorizationBuilder();
        authorization.AddPolicy(Schemes.Bearer, policy => policy.AddAuthenticationSchemes(Schemes.Person).RequireAuthenticatedUser());
        authorization.AddPolicy(Schemes.ApiKey, policy => policy.AddAuthenticationSchemes(Schemes.ApiKey).RequireAuthenticatedUser());
        authorization.AddPolicy(Schemes.BearerOrApiKey, policy => policy
            .AddAuthenticationSchemes(Schemes.BearerOrApiKey)
            .RequireAuthenticatedUser());

        authorization.AddPolicy(Schemes.Operator, policy => policy
            .AddAuthenticationSchemes(IdentityConstants.ApplicationScheme)
            .RequireAuthenticatedUser()
            .AddRequirements(new OperatorRequirement()));
    }

    // Where Identity keeps a passkey's challenge until the browser has answered it.
    private static void DescribeChallenge(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "dispatch.passkey";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromMinutes(5);
    }

    private static void Describe(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "dispatch";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = SessionStore.Lifetime;
        options.SlidingExpiration = true;
        options.LoginPath = "/login";
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnRedirectToLogin = context =>
        {
            // A script made such a request, not a person, so a page would not help.
            if (SameOrigin.IsConnection(context.Request)) context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            else context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        };
        options.Events.OnRedirectToAccessDenied = context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;   // the page for it is shown in place
            return Task.CompletedTask;
        };
        options.Events.OnValidatePrincipal = CookieSessions.ValidateAsync;
    }
}
