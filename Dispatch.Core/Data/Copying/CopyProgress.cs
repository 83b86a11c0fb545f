namespace Dispatch.Data.Copying;

/// <param name="Rows">Rows in the target, of all tables.</param>
/// <param name="Of">Rows in the source, of all tables.</param>
/// <param name="Elapsed">Since this run copied its first row.</param>
internal sealed record CopyProgress(string Table, long Rows, long Of, long Copied, TimeSpan Elapsed)
{
    /// <summary>Rows per second; 0 before the first row.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Copied / Elapsed.TotalSeconds : 0;

    /// <summary>Null while the rate is unknown.</summary>
    public TimeSpan? Left => Rate > 0 ? TimeSpan.FromSeconds((Of - Rows) / Rate) : null;
}

internal interface ICopyWatcher
{
    void Say(string sentence);

    void Show(CopyProgress progress);
}

internal sealed record CopyCount(string What, long Source, long Target);

/// <summary>The result of a copy that ran to its end.</summary>
/// <param name="Repaired">Texts in which this run replaced a character that the target does not take.</param>
internal sealed record CopyResult(IReadOnlyList<CopyCount> Counts, long Copied, int Repaired, TimeSpan Elapsed)
{
    /// <summary>False: the copy is incomplete, and no host starts on it.</summary>
    public bool CountsMatch => Counts.All(count => count.Source == count.Target);
}
