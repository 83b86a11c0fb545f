using System.Text.Json;
using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Api;

/// <summary>The API keys of a project.</summary>
internal static class KeysApi
{
    private const int MaxLabel = 200;

    private static readonly FieldNames LabelOnly = new("label");

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/projects/{id}/keys").WithTags("API keys").Needs(Schemes.Bearer).Fails(404, "not_found");

        keys.MapPost("", CreateAsync).WithName("createKey").WithSummary("Create an API key")
            .WithDescription("The answer is the only time that `key` is seen.")
            .Takes(typeof(KeyRequest)).Fails(400, "label_required", "label_too_long", "label_invalid");

        keys.MapGet("", ListAsync).WithName("listKeys").WithSummary("List a project's API keys, oldest first")
            .Reads(ReadKind.Small);

        keys.MapDelete("/{keyId}", RevokeAsync).WithName("revokeKey").WithSummary("Revoke an API key")
            .WithDescription("The first request that starts after this answer gets 401 with the key.");
    }

    private static async Task<Results<Created<Envelope<NewKeyDto>>, Failure>> CreateAsync(
        string id, HttpRequest request, Caller caller, ApiKeyStore keys)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(request, LabelOnly);
        if (fields is null) return failure!;
        var (label, invalid) = LabelOf(fields);
        if (label is null) return invalid!;

        return await keys.CreateAsync(caller.AccountId, RouteId.Parse(id), label) is { } key
            ? Responses.Created(
                $"/api/v1/projects/{key.Row.ProjectId}/keys", "API key created successfully; it is shown only this once", key.ToDto())
            : Failure.NotFound("Project");
    }

    private static async Task<Results<Ok<Envelope<KeyList>>, Failure>> ListAsync(
        string id, Caller caller, ApiKeyStore keys, CancellationToken cancellation) =>
        await keys.ListAsync(caller.AccountId, RouteId.Parse(id), cancellation) is { } list
            ? Responses.Ok("API keys fetched successfully", new KeyList { Keys = [.. list.Select(key => key.ToDto())] })
            : Failure.NotFound("Project");

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> RevokeAsync(
        string id, string keyId, Caller caller, ApiKeyStore keys) =>
        await keys.RevokeAsync(caller.AccountId, RouteId.Parse(id), RouteId.Parse(keyId))
            ? Responses.Done("API key revoked successfully")
            : Failure.NotFound("API key");

    /// <summary>The label as it is stored, or what is wrong with it; for who has it without a request.</summary>
    public static Parsed<string> CheckLabel(string label) =>
        JsonFields.Read(
            JsonSerializer.SerializeToUtf8Bytes(new KeyRequest { Label = label }, DispatchJson.Plain.KeyRequest),
            LabelOnly) is var (fields, failure) && fields is not null
            ? LabelOf(fields)
            : failure!;

    private static Parsed<string> LabelOf(JsonFields fields)
    {
        var label = fields.RequiredName(0, MaxLabel);
        return fields.Failure is { } invalid ? invalid : label!;
    }
}
