namespace Dispatch.Time;

/// <summary>Instants are whole milliseconds since the Unix epoch, UTC.</summary>
internal static class Clock
{
    public static long NowMs(this TimeProvider clock) => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Rounded up to the millisecond, so that a delay that is counted from it does not come out short.</summary>
    public static long NowMsRoundedUp(this TimeProvider clock) =>
        (clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    /// <summary>The instant as RFC 3339 with exactly three fractional digits and <c>Z</c>.</summary>
    public static string ToRfc3339(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>Never ends before the instant. It checks the clock after each wait, because .NET timers fire up to 4 ms early.</summary>
    public static async Task WaitUntilAsync(this TimeProvider clock, long unixMs, CancellationToken cancellation)
    {
        var instant = DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
        while (instant - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            // At least 1 ms, because a shorter timer would spin. At most 1 s, because timers do not notice when the wall clock is set:
            // after a wrong clock is corrected, a single long wait would end as late as the clock was wrong.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 1, 1000)), clock, cancellation);
        }
    }
}
