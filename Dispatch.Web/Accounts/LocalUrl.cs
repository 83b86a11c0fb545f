namespace Dispatch.Web.Accounts;

/// <summary>Where to go after signing in: only ever to this host, whatever the address bar says.</summary>
internal static class LocalUrl
{
    /// <summary>The address if it is a path on this host, otherwise the start page.</summary>
    public static string OrHome(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";

    /// <summary>A page that hands the address on.</summary>
    public static string With(string page, string? returnUrl) => OrHome(returnUrl) is var local && local != "/" ? $"{page}?returnUrl={Uri.EscapeDataString(local)}" : page;
}
