namespace Dispatch.Data.Copying;

/// <summary>How far a move is.</summary>
/// <param name="Table">The one being copied.</param>
/// <param name="Rows">Rows that are in the target, of all tables.</param>
/// <param name="Of">Rows of the source.</param>
/// <param name="Copied">Rows that this run has copied.</param>
/// <param name="Elapsed">Since this run copied its first row.</param>
internal sealed record CopyProgress(string Table, long Rows, long Of, long Copied, TimeSpan Elapsed)
{
    /// <summary>Rows a second; 0 before there is anything to tell it from.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Copied / Elapsed.TotalSeconds : 0;

    /// <summary>Null while nobody can tell.</summary>
    public TimeSpan? Left => Rate > 0 ? TimeSpan.FromSeconds((Of - Rows) / Rate) : null;
}

/// <summary>Whoever watches a move.</summary>
internal interface ICopyWatcher
{
    /// <summary>A sentence that stays.</summary>
    void Say(string sentence);

    /// <summary>Comes many times a second.</summary>
    void Show(CopyProgress progress);
}

/// <summary>Rows of one kind on both sides.</summary>
internal sealed record CopyCount(string What, long Source, long Target);

/// <summary>What a move did that came to its end.</summary>
/// <param name="Copied">Rows that this run copied.</param>
/// <param name="Repaired">Texts in which this run replaced a character that the target does not take.</param>
internal sealed record CopyResult(IReadOnlyList<CopyCount> Counts, long Copied, int Repaired, TimeSpan Elapsed)
{
    /// <summary>False: the copy is not whole, and no host starts on it.</summary>
    public bool Agrees => Counts.All(count => count.Source == count.Target);
}
