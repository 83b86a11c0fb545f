namespace Dispatch.Time;

/// <summary>Time as Dispatch keeps it: whole milliseconds since the Unix epoch, UTC.</summary>
internal static class Clock
{
    /// <summary>Now, truncated to the millisecond.</summary>
    public static long NowMs(this TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Now, rounded up to the millisecond: for what a delay counts from, which must not come out short.</summary>
    public static long NowMsRoundedUp(this TimeProvider clock) =>
        (clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    /// <summary>The instant as RFC 3339 with exactly three fractional digits and <c>Z</c>.</summary>
    public static string ToRfc3339(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>
    /// Ends at or after the instant, never before: .NET timers fire up to 4 ms early (60 % of 2,000 did), so the clock is asked again after each wait.
    /// </summary>
    public static async Task WaitUntilAsync(this TimeProvider clock, long unixMs, CancellationToken cancellation)
    {
        var instant = DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        while (instant - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            // A timer under 1 ms would spin. A second at most, because timers do not notice when the wall clock is set: were it set back and
            // then right again, a wait for the whole of it would be as late as the clock was wrong.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 1, 1000)), clock, cancellation);
        }
    }
}
