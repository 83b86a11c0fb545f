namespace Dispatch.Web.Accounts;

/// <summary>What counts as an e-mail address: RFC 5321's dot-string at a host name of at least two labels, ASCII.</summary>
internal static class EmailAddress
{
    public const int MaxLength = 254;   // RFC 5321, section 4.5.3.1.3, less the angle brackets

    private const int MaxLocalPart = 64;
    private const int MaxLabel = 63;
    private const string LocalPartSigns = "!#$%&'*+-/=?^_`{|}~";

    public static bool IsValid(string text)
    {
        var at = text.LastIndexOf('@');
        return text.Length <= MaxLength
            && at is > 0 and <= MaxLocalPart
            && AreAll(text[..at], part => part.All(c => char.IsAsciiLetterOrDigit(c) || LocalPartSigns.Contains(c)))
            && text[(at + 1)..].Contains('.')
            && AreAll(text[(at + 1)..], IsLabel);
    }

    private static bool AreAll(string dotted, Func<string, bool> isPart) => dotted.Split('.').All(part => part.Length > 0 && isPart(part));

    private static bool IsLabel(string label) =>
        label.Length <= MaxLabel && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
