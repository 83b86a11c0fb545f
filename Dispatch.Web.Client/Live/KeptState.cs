using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dispatch.Web.Client.Live;

/// <summary>What is handed on from the host's rendering to the interactive page.</summary>
internal static class KeptState
{
    // It travels back to the host in one message of a circuit, which holds 32 KB, and encoding makes it almost twice as long.
    private const int Longest = 14_000;

    /// <summary>Null for a long one: it is read again instead.</summary>
    public static T? OrNull<T>(T? value, JsonTypeInfo<T> type) where T : class =>
        value is not null && JsonSerializer.SerializeToUtf8Bytes(value, type).Length <= Longest ? value : null;
}
