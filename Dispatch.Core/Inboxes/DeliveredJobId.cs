using System.Text.Json;

namespace Dispatch.Inboxes;

internal static class DeliveredJobId
{
    /// <summary>Reads a delivery's id from its body: the first top-level <c>jobId</c> of a JSON object; null for any other body.</summary>
    public static Guid? Find(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("{"u8)) return null;   // otherwise every other text costs an exception
        var reader = new Utf8JsonReader(body);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isJobId = reader.ValueTextEquals("jobId"u8);
                reader.Read();
                if (isJobId) return reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id) ? id : null;
                reader.Skip();
            }
        }
        catch (JsonException)
        {
        }

        return null;
    }
}
