namespace Dispatch.Bench.Contestants;

/// <summary>The machine's clock, which all processes share. ms since the Unix epoch, UTC.</summary>
internal static class Clock
{
    public static long NowMs() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public static string Rfc3339(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    public static async Task UntilAsync(long ms)
    {
        while (NowMs() < ms) await Task.Delay((int)Math.Clamp(ms - NowMs(), 1, 1000));
    }
}
