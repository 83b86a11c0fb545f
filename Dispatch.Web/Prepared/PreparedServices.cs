using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dispatch.Web.Prepared;

/// <summary>Puts the prepared answers into the pipeline, at two places.</summary>
internal static class PreparedServices
{
    private static readonly object Key = new();

    /// <summary>
    /// Where nothing is known of the visitor yet: answers what is the same for all, and who sends no session. Behind the security headers.
    /// </summary>
    public static IApplicationBuilder UsePreparedAnswers(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var session = services.SessionCookie();
        return app.Use(next =>
        {
            var clock = services.GetRequiredService<TimeProvider>();
            var maker = new TemplateMaker(services.GetRequiredService<IServiceScopeFactory>(), clock, next);
            var answers = new PreparedAnswers(services.GetRequiredService<PublicAddress>(), maker, clock);
            return async http =>
            {
                if (answers.Find(http.Request) is not { } answer)
                {
                    await next(http);
                    return;
                }

                var mayBeSignedIn = answer.IsForStrangers && http.Request.Headers.Cookie.Count > 0
                    && http.Request.Cookies.ContainsKey(session);
                if (mayBeSignedIn) http.Items[Key] = (answers, answer);
                else if (await answers.TrySendAsync(http, answer)) return;
                await next(http);
            };
        });
    }

    /// <summary>After sign-in: answers those whose session turned out to be none.</summary>
    public static IApplicationBuilder UsePreparedAnswersForStrangers(this IApplicationBuilder app) => app.Use(next => async http =>
    {
        if (http.Items.Remove(Key, out var found) && found is (PreparedAnswers answers, PreparedAnswer answer)
            && http.User.Identity?.IsAuthenticated != true
            && await answers.TrySendAsync(http, answer)) return;
        await next(http);
    });

    private static string SessionCookie(this IServiceProvider services) => services
        .GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
        .Get(IdentityConstants.ApplicationScheme).Cookie.Name!;
}
