using System.Diagnostics;
using Dispatch.Data.Copying;

namespace Dispatch.Web.Copying;

/// <summary>A line every few seconds, for a log.</summary>
internal sealed class PlainWatcher(TextWriter output) : ICopyWatcher
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch sinceShown = Stopwatch.StartNew();

    public void Say(string sentence) => output.WriteLine(sentence);

    public void Show(CopyProgress progress)
    {
        if (sinceShown.Elapsed < Interval && progress.Rows < progress.Of) return;
        output.WriteLine(CopyLine.Plain(progress));
        sinceShown.Restart();
    }
}
