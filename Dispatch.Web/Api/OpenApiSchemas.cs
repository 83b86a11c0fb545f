using System.Text.Json.Nodes;
using Dispatch.Model;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Inboxes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Dispatch.Web.Api;

/// <summary>Completes the schemas with what C# types cannot say: formats, lengths, names, and the payload.</summary>
internal static class OpenApiSchemas
{
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        if (context.JsonPropertyInfo is { } property) DescribeProperty(schema, property.DeclaringType, property.Name);

        var type = context.JsonTypeInfo.Type;
        if (type == typeof(RawJson) || type == typeof(RawJson?)) BecomeObject(schema);
        else if (type == typeof(NoData)) schema.Type = JsonSchemaType.Null;
        else if (OpenApiExamples.Of(type) is not null) schema.AdditionalPropertiesAllowed = false;   // bodies: an unknown field is an error
        return Task.CompletedTask;
    }

    private static void DescribeProperty(OpenApiSchema schema, Type owner, string name)
    {
        switch (name)
        {
            case "name" when owner == typeof(HeaderLine):
                break;   // as long as the sender likes
            case "name" or "label" or "title":
                (schema.MinLength, schema.MaxLength) = (1, 200);
                break;
            case "webhookUrl":
                (schema.Format, schema.MaxLength) = ("uri", WebhookUrl.MaxLength);
                break;
            case "email":
                (schema.Format, schema.MaxLength) = ("email", EmailAddress.MaxLength);
                break;
            case "newPassword":
                (schema.MinLength, schema.MaxLength) = (AccountService.MinPassword, AccountService.MaxPassword);
                break;
            case "url":
                schema.Format = "uri";
                break;
            case "status" when owner == typeof(InboxAnswer):
                (schema.Minimum, schema.Maximum) = ($"{InboxService.MinStatus}", $"{InboxService.MaxStatus}");
                break;
            case "delayMs":
                (schema.Minimum, schema.Maximum) = ("0", $"{InboxService.MaxDelayMs}");
                break;
            case "status" when owner == typeof(LogEntry):
                schema.Enum = Names(Enum.GetValues<AttemptStatus>().Select(status => status.ToName()));
                break;
            case "status" when owner.IsAssignableTo(typeof(JobFields)):
                schema.Enum = Names(Enum.GetValues<JobStatus>().Select(status => status.ToName()));
                break;
            default:
                if (name.EndsWith("At", StringComparison.Ordinal)) schema.Format = "date-time";
                break;
        }
    }

    private static void BecomeObject(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Properties = null;
        schema.Required = null;
        schema.AdditionalPropertiesAllowed = true;
    }

    private static List<JsonNode> Names(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];
}
