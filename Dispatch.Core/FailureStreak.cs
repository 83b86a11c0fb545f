namespace Dispatch;

/// <summary>Tells the first of several failures in a row from the others, so that an outage is one line in the log.</summary>
internal sealed class FailureStreak
{
    private int isOn;

    /// <summary>Notes a failure. True if the try before succeeded.</summary>
    public bool Begins() => Interlocked.Exchange(ref isOn, 1) == 0;

    public void Ends() => Volatile.Write(ref isOn, 0);
}
