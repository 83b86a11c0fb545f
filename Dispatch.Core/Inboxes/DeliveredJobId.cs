using System.Text.Json;

namespace Dispatch.Inboxes;

/// <summary>Finds the <c>jobId</c> of a delivery's body.</summary>
internal static class DeliveredJobId
{
    /// <summary>The first <c>jobId</c> at the top of a JSON object, which a delivery begins with; null in anything else.</summary>
    public static Guid? Find(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("{"u8)) return null;   // spares the exception that text of any other kind would cost
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
