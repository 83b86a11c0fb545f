using System.Diagnostics;
using Dispatch.Data.Copying;

namespace Dispatch.Web.Copying;

/// <summary>One line that is drawn again in place.</summary>
internal sealed class TerminalWatcher(TextWriter terminal) : ICopyWatcher
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch sinceDrawn = new();
    private CopyProgress? latest;

    // Before the sentence, the bar is left as it is by then.
    public void Say(string sentence)
    {
        if (latest is { } at) Draw(at);
        if (latest is not null) terminal.WriteLine();
        latest = null;
        terminal.WriteLine(sentence);
    }

    public void Show(CopyProgress progress)
    {
        latest = progress;
        if (sinceDrawn.IsRunning && sinceDrawn.Elapsed < Redraw) return;
        Draw(progress);
        sinceDrawn.Restart();
    }

    private void Draw(CopyProgress progress)
    {
        var width = (Console.WindowWidth is > 0 and var columns ? columns : 80) - 1;
        terminal.Write('\r' + CopyLine.Bar(progress, width).PadRight(width));
    }
}
