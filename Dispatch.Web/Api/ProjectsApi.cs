using System.Text.Json;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Api;

/// <summary>The account's projects.</summary>
internal static class ProjectsApi
{
    private const int MaxName = 200;

    private static readonly FieldNames NameOnly = new("name");

    public static void MapProjects(this IEndpointRouteBuilder api)
    {
        var projects = api.MapGroup("/projects").WithTags("Projects").Needs(Schemes.Bearer);

        projects.MapPost("", CreateAsync).WithName("createProject").WithSummary("Create a project")
            .Takes(typeof(ProjectRequest)).Fails(400, "name_required", "name_too_long", "name_invalid");

        projects.MapGet("", ListAsync).WithName("listProjects").WithSummary("List the account's projects, oldest first")
            .Reads(ReadKind.Small);

        projects.MapGet("/{id}", GetAsync).WithName("getProject").WithSummary("Get a project").Fails(404, "not_found")
            .Reads(ReadKind.Small);

        projects.MapPatch("/{id}", RenameAsync).WithName("renameProject").WithSummary("Rename a project")
            .Takes(typeof(ProjectRequest)).Fails(400, "name_required", "name_too_long", "name_invalid").Fails(404, "not_found");

        projects.MapDelete("/{id}", DeleteAsync).WithName("deleteProject").WithSummary("Delete a project")
            .WithDescription("Its keys stop working at once, its jobs are cancelled and disappear.").Fails(404, "not_found");
    }

    private static async Task<Results<Created<Envelope<ProjectDto>>, Failure>> CreateAsync(
        HttpRequest request, Caller caller, ProjectStore projects)
    {
        var (name, failure) = await ReadNameAsync(request);
        if (name is null) return failure!;

        var project = await projects.CreateAsync(caller.AccountId, name);
        return Responses.Created($"/api/v1/projects/{project.Id}", "Project created successfully", project.ToDto());
    }

    private static async Task<Ok<Envelope<ProjectList>>> ListAsync(Caller caller, ProjectStore projects, CancellationToken cancellation)
    {
        var list = await projects.ListAsync(caller.AccountId, cancellation);
        return Responses.Ok("Projects fetched successfully", new ProjectList { Projects = [.. list.Select(project => project.ToDto())] });
    }

    private static async Task<Results<Ok<Envelope<ProjectDto>>, Failure>> GetAsync(
        string id, Caller caller, ProjectStore projects, CancellationToken cancellation) =>
        await projects.FindAsync(caller.AccountId, RouteId.Parse(id), cancellation) is { } project
            ? Responses.Ok("Project fetched successfully", project.ToDto())
            : Failure.NotFound("Project");

    private static async Task<Results<Ok<Envelope<ProjectDto>>, Failure>> RenameAsync(
        string id, HttpRequest request, Caller caller, ProjectStore projects)
    {
        var (name, failure) = await ReadNameAsync(request);
        if (name is null) return failure!;

        return await projects.RenameAsync(caller.AccountId, RouteId.Parse(id), name) is { } project
            ? Responses.Ok("Project renamed successfully", project.ToDto())
            : Failure.NotFound("Project");
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> DeleteAsync(string id, Caller caller, ProjectStore projects) =>
        await projects.DeleteAsync(caller.AccountId, RouteId.Parse(id))
            ? Responses.Done("Project deleted successfully")
            : Failure.NotFound("Project");

    /// <summary>The name as it is stored, or what is wrong with it; for who has it without a request.</summary>
    public static Parsed<string> CheckName(string name) =>
        JsonFields.Read(
            JsonSerializer.SerializeToUtf8Bytes(new ProjectRequest { Name = name }, DispatchJson.Plain.ProjectRequest),
            NameOnly) is var (fields, failure) && fields is not null
            ? NameOf(fields)
            : failure!;

    private static async ValueTask<Parsed<string>> ReadNameAsync(HttpRequest request)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(request, NameOnly);
        return fields is null ? failure! : NameOf(fields);
    }

    private static Parsed<string> NameOf(JsonFields fields)
    {
        var name = fields.RequiredName(0, MaxName);
        return fields.Failure is { } invalid ? invalid : name!;
    }
}
