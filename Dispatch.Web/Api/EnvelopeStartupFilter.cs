namespace Dispatch.Web.Api;

/// <summary>Puts <see cref="EnvelopeErrors"/> around everything, the framework's own middleware included.</summary>
internal sealed class EnvelopeStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseEnvelopeErrors();
        next(app);
    };
}
