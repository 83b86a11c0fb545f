namespace Dispatch.Web.Api;

/// <summary>Ids in addresses: UUIDs as they are shown. Anything else cannot exist and is answered as an unknown one.</summary>
internal static class RouteId
{
    /// <summary>
    /// Gives an id that no row has if the text is no UUID, so that the call takes the same way, in the same time, to the same 404.
    /// </summary>
    public static Guid Parse(string text) =>
        // The parser also takes white space around it and signs in it, which no UUID has.
        Guid.TryParseExact(text, "D", out var id) && text.Equals(id.ToString(), StringComparison.OrdinalIgnoreCase) ? id : Guid.Empty;
}
