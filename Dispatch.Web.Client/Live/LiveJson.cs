using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Web.Client.Live;

/// <summary>The hub's JSON, the same at both ends.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ChangeBatch))]
public sealed partial class LiveJson : JsonSerializerContext
{
    public static JsonSerializerOptions Wire => ((JsonSerializerContext)Default).Options;
}
