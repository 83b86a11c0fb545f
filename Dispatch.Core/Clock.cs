namespace Dispatch;

/// <summary>Time as Dispatch keeps it: whole milliseconds since the Unix epoch, UTC.</summary>
public static class Clock
{
    /// <summary>Now, truncated to the millisecond.</summary>
    public static long NowMs(this TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The instant as RFC 3339 with exactly three fractional digits and <c>Z</c>.</summary>
    public static string ToRfc3339(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
}
