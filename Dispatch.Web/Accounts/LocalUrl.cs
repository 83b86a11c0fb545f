namespace Dispatch.Web.Accounts;

/// <summary>Where to go after signing in: only ever to this host, whatever the address bar says.</summary>
internal static class LocalUrl
{
    private const string Overview = "/overview";

    /// <summary>The address if it is a path on this host, otherwise the overview.</summary>
    public static string OrOverview(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : Overview;

    /// <summary>A page that hands the address on.</summary>
    public static string With(string page, string? returnUrl) =>
        OrOverview(returnUrl) is var local && local != Overview ? $"{page}?returnUrl={Uri.EscapeDataString(local)}" : page;
}
