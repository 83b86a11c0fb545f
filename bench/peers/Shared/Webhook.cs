using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Dispatch.Bench.Peers;

/// <summary>The delivery that all .NET peers share. Static, as the peers build a job faster that asks the container for nothing.</summary>
internal static class Webhook
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static HttpClient client = new();

    /// <summary>Opens up to so many connections to a receiver.</summary>
    public static void Use(int connections) => client = new HttpClient(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Posts the job to its receiver.</summary>
    /// <param name="payload">A JSON text.</param>
    /// <exception cref="HttpRequestException">The answer is no 2xx, or there is none.</exception>
    /// <exception cref="TaskCanceledException">No answer within 15 s.</exception>
    public static async Task PostAsync(Guid jobId, string title, string webhookUrl, string payload)
    {
        using var content = new ReadOnlyMemoryContent(Body(jobId, title, payload));
        content.Headers.ContentType = Json;
        using var response = await client.PostAsync(webhookUrl, content);
        response.EnsureSuccessStatusCode();
    }

    private static ReadOnlyMemory<byte> Body(Guid jobId, string title, string payload)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + payload.Length);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("jobId", jobId);
        json.WriteString("title", title);
        json.WritePropertyName("payload");
        json.WriteRawValue(payload, skipInputValidation: true);
        json.WriteString("firedAt", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
