using System.Text;

namespace Dispatch.Web.Api;

/// <summary>Why the target guard denies a destination, or null where it does not; literals and obviously local names, no look-up.</summary>
internal delegate string? TargetCheck(Uri target);

/// <summary>What a URL must be to be called: absolute, http or https, nothing hidden in it.</summary>
internal static class WebhookUrl
{
    public const int MaxLength = 2048;

    public static bool TryParse(string text, out Uri url)
    {
        url = null!;
        var authority = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8
            : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7
            : 0;
        if (authority == 0 || HasUnsafeCharacter(text) || !Uri.TryCreate(text, UriKind.Absolute, out var parsed)) return false;
        url = parsed;
        return parsed.Port != 0 && HasAsciiHost(parsed) && !HasUserInfo(text.AsSpan(authority));
    }

    // System.Uri takes some names for which it then has no ASCII form: asked for it, it throws or gives the name back as it was.
    private static bool HasAsciiHost(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0 && Ascii.IsValid(url.IdnHost);
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    // System.Uri trims white space and takes a backslash for a slash; the receiver's server, or a reader of the list, may not.
    private static bool HasUnsafeCharacter(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character) || char.IsWhiteSpace(character) || character == '\\') return true;
        }

        return false;
    }

    private static bool HasUserInfo(ReadOnlySpan<char> afterScheme)
    {
        var end = afterScheme.IndexOfAny('/', '?', '#');
        return (end < 0 ? afterScheme : afterScheme[..end]).Contains('@');
    }
}
