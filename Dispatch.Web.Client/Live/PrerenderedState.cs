using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dispatch.Web.Client.Live;

/// <summary>What is handed on from the host's rendering to the interactive page.</summary>
internal static class PrerenderedState
{
    // It lies in the page's source, twice as long by its encoding, and travels back to the host. Reading again is quicker than a megabyte.
    private const int Longest = 64 * 1024;

    /// <summary>Null for a long one: it is read again instead.</summary>
    public static T? OrNull<T>(T? value, JsonTypeInfo<T> type) where T : class =>
        value is not null && JsonSerializer.SerializeToUtf8Bytes(value, type).Length <= Longest ? value : null;
}
