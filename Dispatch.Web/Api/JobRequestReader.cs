using System.Text.Json;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;

namespace Dispatch.Web.Api;

/// <summary>Reads the body of <c>POST /jobs</c> in one pass over its bytes, without building a document of the payload.
/// The job has what the body says and nothing else.</summary>
internal sealed class JobRequestReader(DeliveryOptions delivery, TargetCheck whyDenied, TimeProvider clock)
{
    /// <summary>What may be wrong with the fields of a job.</summary>
    public static readonly string[] Errors =
    [
        "title_required", "title_too_long", "title_invalid", "webhook_url_required", "webhook_url_invalid", "webhook_url_too_long",
        "destination_not_allowed", "fire_at_required", "fire_at_invalid", "fire_at_in_past", "payload_not_object", "payload_too_deep",
    ];

    private const int MaxTitle = 200;
    private const int MaxDepth = 64;
    private const int BesidePayload = 64 * 1024;

    private const int Title = 0;
    private const int Url = 1;
    private const int At = 2;
    private const int Payload = 3;

    private static readonly FieldNames Names = new("title", "webhookUrl", "fireAt", "payload");

    private static ReadOnlySpan<byte> EmptyObject => "{}"u8;

    /// <summary>The longest body that is read, bytes.</summary>
    public int Limit => delivery.MaxPayloadBytes + BesidePayload;

    public ValueTask<Parsed<Job>> ReadAsync(HttpRequest request) =>
        JsonBody.ReadAsync(request, Limit, this, static (body, reader) => reader.Read(body.Span));

    public Parsed<Job> Read(ReadOnlySpan<byte> body)
    {
        var (fields, failure) = JsonFields.Read(body, Names);
        if (fields is null) return failure!;

        var payload = fields[Payload];
        if (payload.End - payload.Start > delivery.MaxPayloadBytes)
        {
            return Failure.TooLarge("payload_too_large", $"payload is larger than {delivery.MaxPayloadBytes:N0} bytes", "payload");
        }

        var title = fields.RequiredName(Title, MaxTitle);
        var url = ReadUrl(fields);
        var fireAt = ReadFireAt(fields);
        CheckPayload(fields);
        return fields.Failure is { } invalid
            ? invalid
            : new Job
            {
                Title = title!,
                WebhookUrl = url!,
                Payload = payload.Kind == JsonTokenType.None ? EmptyObject.ToArray() : body[payload.Start..payload.End].ToArray(),
                FireAt = fireAt!.Value,
            };
    }

    private string? ReadUrl(JsonFields fields)
    {
        if (fields.RequiredText(Url) is not { } text) return null;
        if (text.Length > WebhookUrl.MaxLength)
            fields.Report(Url, "too_long", $"must have at most {WebhookUrl.MaxLength:N0} characters");
        else if (!WebhookUrl.TryParse(text, out var url))
            fields.Report(Url, "invalid", "must be an absolute http or https URL without user name, password and white space");
        else if (whyDenied(url) is not null)
            fields.Report("destination_not_allowed", "webhookUrl", "webhookUrl leads to a destination that is not allowed");
        return text;
    }

    private long? ReadFireAt(JsonFields fields)
    {
        if (fields.RequiredText(At) is not { } text) return null;
        var fireAt = FireAt.Parse(text);
        if (fireAt is null) fields.Report(At, "invalid", "must be a UTC instant such as 2026-06-13T09:30:00Z");
        else if (fireAt <= clock.NowMs()) fields.Report(At, "in_past", "must be in the future");
        return fireAt;
    }

    private static void CheckPayload(JsonFields fields)
    {
        if (fields[Payload].Kind is not (JsonTokenType.None or JsonTokenType.StartObject))
            fields.Report(Payload, "not_object", "must be a JSON object");
        else if (fields[Payload].Depth > MaxDepth)
            fields.Report(Payload, "too_deep", $"must be at most {MaxDepth} levels deep");
    }
}
