using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Bench.Peers;

/// <summary>POST /jobs, as the orchestrator sends it.</summary>
internal sealed record JobRequest(string Title, string WebhookUrl, DateTimeOffset FireAt, JsonElement Payload);

/// <summary>The answer to it.</summary>
internal sealed record JobCreated(Guid Id);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(JobCreated))]
internal sealed partial class PeerJson : JsonSerializerContext;
