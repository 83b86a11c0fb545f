using System.Diagnostics;

namespace Dispatch.Web.Client.Live;

/// <summary>
/// Reads a page's data again when asked, at most four times a second and never twice at once: what is asked meanwhile is one more reading
/// afterwards. The first asking after a pause reads at once.
/// </summary>
/// <param name="read">Runs on the caller's context; it must not throw for what the host answers.</param>
public sealed class Refresher(Func<Task> read) : IDisposable
{
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

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
                var started = Stopwatch.GetTimestamp();
                await read();
                var slow = 4 * Stopwatch.GetElapsedTime(started);   // what costs the host much is read less often
                await Task.Delay(slow > Pause ? slow : Pause);
            }
        }
        finally
        {
            isReading = false;
        }
    }
}
