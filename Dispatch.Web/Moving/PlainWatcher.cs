using System.Diagnostics;
using Dispatch.Data.Moving;

namespace Dispatch.Web.Moving;

/// <summary>A line every few seconds, for a log.</summary>
internal sealed class PlainWatcher(TextWriter output) : IMoveWatcher
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch sinceShown = Stopwatch.StartNew();

    public void Say(string sentence) => output.WriteLine(sentence);

    public void Show(MoveProgress progress)
    {
        if (sinceShown.Elapsed < Interval && progress.Rows < progress.Of) return;
        output.WriteLine(MoveLine.Plain(progress));
        sinceShown.Restart();
    }
}
