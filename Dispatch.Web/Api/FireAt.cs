namespace Dispatch.Web.Api;

/// <summary>
/// Reads <c>YYYY-MM-DDTHH:MM:SS[.fraction]Z</c> and nothing else: RFC 3339 with <c>Z</c> as the only offset and no leap seconds.
/// </summary>
internal static class FireAt
{
    private const int WholeSeconds = 19;   // YYYY-MM-DDTHH:MM:SS

    /// <summary>The instant in ms since the Unix epoch, digits beyond milliseconds cut; null where the text is anything else.</summary>
    public static long? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length <= WholeSeconds || text[^1] != 'Z') return null;
        if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return null;
        if (Digits(text[..4]) is not (>= 1 and var year)
            || Digits(text[5..7]) is not (>= 1 and <= 12 and var month)
            || Digits(text[8..10]) is not (>= 1 and var day) || day > DateTime.DaysInMonth(year, month)
            || Digits(text[11..13]) is not (<= 23 and var hour)
            || Digits(text[14..16]) is not (<= 59 and var minute)
            || Digits(text[17..19]) is not (<= 59 and var second)
            || Milliseconds(text[WholeSeconds..^1]) is not { } millisecond) return null;

        return new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero).ToUnixTimeMilliseconds();
    }

    private static int? Milliseconds(ReadOnlySpan<char> fraction)
    {
        if (fraction.IsEmpty) return 0;
        if (fraction[0] != '.' || fraction.Length == 1 || fraction[1..].ContainsAnyExceptInRange('0', '9')) return null;
        var kept = fraction[1..Math.Min(fraction.Length, 4)];
        return Digits(kept) * kept.Length switch { 1 => 100, 2 => 10, _ => 1 };
    }

    private static int? Digits(ReadOnlySpan<char> text)
    {
        var value = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit)) return null;
            value = value * 10 + (digit - '0');
        }

        return value;
    }
}
