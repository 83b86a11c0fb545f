namespace Dispatch.Web.Client.Live;

/// <summary>
/// Reads a page's data again when asked, at most four times a second and never twice at once: what is asked meanwhile is one more reading
/// afterwards. The first asking after a pause reads at once.
/// </summary>
/// <param name="read">Runs on the caller's context; it must not throw for what the host answers.</param>
/// <param name="clock">The system's where it is left out.</param>
public sealed class Refresher(Func<Task> read, TimeProvider? clock = null) : IDisposable
{
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A reading that costs the host much, such as a search over a million jobs, happens less often, but not so rarely that the page
    /// seems to stand still.
    /// </summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private TimeSpan before;
    private bool isReading;
    private bool isAsked;
    private bool isDisposed;

    /// <summary>Call it on the page's own context (<c>InvokeAsync</c>); it returns at once.</summary>
    public void Ask()
    {
        isAsked = true;
        if (!isReading) _ = RunAsync();
    }

    public void Dispose() => isDisposed = true;

    private async Task RunAsync()
    {
        isReading = true;
        try
        {
            while (isAsked && !isDisposed)
            {
                isAsked = false;
                var started = clock.GetTimestamp();
                await read();
                await Task.Delay(PauseAfter(clock.GetElapsedTime(started)), clock);
            }
        }
        finally
        {
            isReading = false;
        }
    }

    /// <summary>
    /// Four times as long as the quicker of the last two readings took. Two slow readings are the host's work; a single slow one is the
    /// browser's (above all the first one in WebAssembly), and counting it would keep the page behind for seconds.
    /// </summary>
    private TimeSpan PauseAfter(TimeSpan took)
    {
        var slow = 4 * (took < before ? took : before);
        before = took;
        return slow < Pause ? Pause : slow > LongestPause ? LongestPause : slow;
    }
}
