using Dispatch.Delivery.Targets;
using Dispatch.Web.Api;

namespace Dispatch.Web.Inboxes;

/// <summary>Registers the inboxes, and puts them in front of the pages.</summary>
internal static class InboxServices
{
    public static IServiceCollection AddDispatchInboxes(this IServiceCollection services) => services
        .AddSingleton<InboxLimits>().AddSingleton<InboxEndpoint>().AddSingleton<InboxService>()
        // An inbox of this host may be a job's target, whatever the guard thinks of the address.
        .AddSingleton<TargetCheck>(provider =>
        {
            var (guard, inbox) = (provider.GetRequiredService<TargetGuard>(), provider.GetRequiredService<OwnInbox>());
            return url => inbox.Is(url) ? null : guard.WhyDenied(url);
        });

    /// <summary>Everything under <c>/in</c>, before sign-in and pages. Deliveries to it begin when the server has started.</summary>
    public static WebApplication UseDispatchInboxes(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<OwnInbox>().Listen(app.Urls));
        var endpoint = app.Services.GetRequiredService<InboxEndpoint>();
        app.Map(OwnInbox.Path.TrimEnd('/'), inbox => inbox.Run(endpoint.AnswerAsync));
        return app;
    }
}
