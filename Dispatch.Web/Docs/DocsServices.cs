namespace Dispatch.Web.Docs;

/// <summary>Registers and maps the documentation: the guide's page is <see cref="Using"/>; here is what is not a page.</summary>
internal static class DocsServices
{
    public static IServiceCollection AddDispatchDocs(this IServiceCollection services) => services.AddSingleton<Guide>();

    public static IEndpointRouteBuilder MapDispatchDocs(this IEndpointRouteBuilder app)
    {
        app.MapGet("/docs", () => Results.Redirect("/docs/using")).ExcludeFromDescription();
        app.MapText("/docs/using.md", "text/markdown", (guide, host) => guide.Markdown(host));
        app.MapText("/docs/ai-prompt.txt", "text/plain", (guide, host) => guide.Prompt(host));
        app.MapText("/llms.txt", "text/plain", LlmsText.Write);
        app.MapApiReference();
        return app;
    }

    private static void MapText(this IEndpointRouteBuilder app, string path, string type, Func<Guide, string, string> write) => app
        .MapMethods(path, [HttpMethods.Get, HttpMethods.Head], (Guide guide, HttpRequest request, PublicAddress address) =>
            Results.Text(write(guide, address.Of(request)), $"{type}; charset=utf-8"))
        .ExcludeFromDescription();
}
