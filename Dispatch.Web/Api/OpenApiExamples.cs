using System.Text.Json.Nodes;
using Dispatch.Web.Client.Contracts;
using Microsoft.OpenApi;

namespace Dispatch.Web.Api;

/// <summary>Examples in the OpenAPI document.</summary>
internal static class OpenApiExamples
{
    public static JsonNode? Of(Type body) => body.Name switch
    {
        nameof(JobRequest) => JsonNode.Parse("""
            {
              "title": "Trial expiry reminder",
              "webhookUrl": "https://app.example.com/hooks/trial",
              "fireAt": "2030-06-13T09:30:00Z",
              "payload": { "userId": "usr_812", "plan": "pro" }
            }
            """),
        nameof(Credentials) => JsonNode.Parse("""{ "email": "ada@example.com", "password": "correct horse battery" }"""),
        nameof(PasswordChange) => JsonNode.Parse(
            """{ "currentPassword": "correct horse battery", "newPassword": "staple after staple" }"""),
        nameof(AccountDeletion) => JsonNode.Parse("""{ "password": "correct horse battery" }"""),
        nameof(ProjectRequest) => JsonNode.Parse("""{ "name": "Billing" }"""),
        nameof(InboxAnswer) => JsonNode.Parse("""{ "status": 500, "delayMs": 2000 }"""),
        nameof(KeyRequest) => JsonNode.Parse("""{ "label": "production server" }"""),
        _ => null,
    };

    /// <summary>An error's envelope as a caller sees it; field errors also fill <c>errors</c>.</summary>
    public static IOpenApiExample OfError(int status, string code) => new OpenApiExample
    {
        Summary = code,
        Value = new JsonObject
        {
            ["status"] = false,
            ["message"] = Message(status, code),
            ["data"] = null,
            ["error"] = new JsonObject { ["code"] = code },
        },
    };

    private static string Message(int status, string code) => code switch
    {
        "fire_at_in_past" => "fireAt must be in the future",
        "job_not_scheduled" => "Only scheduled jobs can be cancelled",
        "not_found" => "Job not found",
        _ => Failure.OfStatus(status).Message,
    };
}
