namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>A webhook's URL, shortened for a list.</summary>
internal static class Destination
{
    /// <summary>Host and, where it is not the scheme's own, port. Text to show, never a link.</summary>
    public static string HostOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Authority.Length > 0 ? parsed.Authority : url;
}
