using System.Text.Json.Serialization;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Dashboard;

namespace Dispatch.Web.Api;

/// <summary>Registers and maps the REST API.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddDispatchApi(this IServiceCollection services)
    {
        services.AddDispatchProjects();
        services.AddSingleton<JobQueries>().AddSingleton<JobSearch>().AddSingleton<JobGridQueries>().AddSingleton<JobViewQueries>();
        services.AddSingleton<OverviewQueries>().AddSingleton<ProjectCardQueries>().AddSingleton<ReadGate>();
        services.AddSingleton<JobRequestReader>().AddSingleton<JobBodyLimit>();
        services.ConfigureHttpJsonOptions(options =>
        {
            var json = options.SerializerOptions;
            json.TypeInfoResolverChain.Insert(0, DispatchJson.Plain);
            json.Encoder = PlainJsonEncoder.Instance;
            json.RespectNullableAnnotations = true;
            json.NumberHandling = JsonNumberHandling.Strict;
        });
        return services.AddDispatchOpenApi();
    }

    public static IEndpointRouteBuilder MapDispatchApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").Fails(500, "internal_error").Fails(503, "storage_unavailable");
        api.MapAuth();
        api.MapProjects();
        api.MapKeys();
        api.MapSigningSecret();
        api.MapInbox();
        api.MapJobs();
        api.MapDashboard();
        app.MapOpenApi();
        return app;
    }
}
