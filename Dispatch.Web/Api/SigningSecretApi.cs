using Dispatch.Projects;
using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Api;

/// <summary>The secret that signs a project's deliveries.</summary>
internal static class SigningSecretApi
{
    public static void MapSigningSecret(this IEndpointRouteBuilder api)
    {
        var secret = api.MapGroup("/projects/{id}/signing-secret").WithTags("Signing secret").Needs(Schemes.Bearer).Fails(404, "not_found");

        secret.MapGet("", RevealAsync).WithName("revealSigningSecret").WithSummary("Reveal a project's signing secret")
            .Reads(ReadKind.Small);

        secret.MapPost("/rotate", RotateAsync).WithName("rotateSigningSecret").WithSummary("Give a project a new signing secret")
            .WithDescription("The old secret keeps signing beside the new one for 24 hours; a second rotation within that time ends it.");
    }

    private static async Task<Results<Ok<Envelope<SigningSecretDto>>, Failure>> RevealAsync(
        string id, Caller caller, ProjectSecrets secrets, CancellationToken cancellation) =>
        Answer(await secrets.RevealAsync(caller.AccountId, RouteId.Parse(id), cancellation), "Signing secret fetched successfully");

    private static async Task<Results<Ok<Envelope<SigningSecretDto>>, Failure>> RotateAsync(
        string id, Caller caller, ProjectSecrets secrets, CancellationToken cancellation) =>
        Answer(await secrets.RotateAsync(caller.AccountId, RouteId.Parse(id)), "Signing secret rotated successfully");

    private static Results<Ok<Envelope<SigningSecretDto>>, Failure> Answer(SigningSecret? secret, string message) =>
        secret is null ? Failure.NotFound("Project") : Responses.Ok(message, secret.ToDto());
}
