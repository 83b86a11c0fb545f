namespace Dispatch.Web.Accounts;

/// <summary>
/// A user agent in plain words, "Firefox on Windows": enough for its owner to know a session again, and no more than a guess.
/// </summary>
internal static class BrowserName
{
    // The order counts: Edge and Opera say Chrome as well, Chrome says Safari.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    // Android says Linux as well, an iPhone says Mac OS X.
    private static readonly (string Mark, string Name)[] Systems =
    [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ];

    public static string Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent)) return "Unknown program";
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        if (browser is not null) return system is null ? browser : $"{browser} on {system}";
        return userAgent.Split('/', ' ')[0] is { Length: > 0 and <= 40 } program ? program : "Unknown program";   // curl/8.5.0
    }

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        known.FirstOrDefault(one => userAgent.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
