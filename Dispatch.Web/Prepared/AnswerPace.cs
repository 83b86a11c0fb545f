namespace Dispatch.Web.Prepared;

/// <summary>
/// How fast answers are handed out from memory, to all visitors together: without a pace, 64 connections that read all the time take both
/// cores of a small machine, which deliveries need. Nobody who reads a page notices it.
/// </summary>
internal sealed class AnswerPace(TimeProvider clock)
{
    private const long BytesPerSecond = 64 * 1024 * 1024;

    // What may be taken at once after a pause.
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly long begun = clock.GetTimestamp();
    private TimeSpan free;   // the next bytes may go then

    /// <summary>Counts so many bytes and waits until it is their turn.</summary>
    public Task TakeAsync(int bytes, CancellationToken cancellation)
    {
        var wait = Reserve(TimeSpan.FromSeconds((double)bytes / BytesPerSecond));
        return wait <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, clock, cancellation);
    }

    private TimeSpan Reserve(TimeSpan length)
    {
        lock (gate)
        {
            var now = clock.GetElapsedTime(begun);
            var turn = free > now - Burst ? free : now - Burst;
            free = turn + length;
            return turn - now;
        }
    }
}
