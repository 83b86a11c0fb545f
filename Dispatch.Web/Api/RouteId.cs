namespace Dispatch.Web.Api;

/// <summary>Ids in addresses: UUIDs as they are shown. Anything else cannot exist and is answered as an unknown one.</summary>
internal static class RouteId
{
    /// <summary>An id that no row has where the text is no UUID, so that it takes the same way, in the same time, to the same 404.</summary>
    public static Guid Parse(string text) => Guid.TryParseExact(text, "D", out var id) ? id : Guid.Empty;
}
