using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Time;

namespace Dispatch.Hosts;

/// <summary>
/// Whether what this host has claimed is still its own. A host that was paused, or cut off from the database, for long enough is dead to the others, who take its
/// jobs over; it must not send them when it comes to. Told by the monotonic clock, which goes on while a process is stopped.
/// </summary>
internal sealed class Lease(DatabaseOptions database, TimeProvider clock)
{
    private readonly bool isAlone = database.Provider.ServesOneHost();   // the file's lock is the lease
    private long renewedAt = clock.GetTimestamp();
    private int term;

    /// <summary>Changes when the lease was lost. Noted before a claim.</summary>
    public int Term => Volatile.Read(ref term);

    /// <summary>The term for a claim that is made now; null while the lease is not held, because such a claim would not be sent.</summary>
    public int? TermForClaim => IsHeld ? Term : null;

    /// <summary>True where others do not take this host for dead.</summary>
    public bool IsHeld => isAlone || !IsOver;

    /// <summary>True where the lease was held without a break since that term was noted.</summary>
    // The time first: a renewal after a break changes the term before it sets the time.
    public bool IsHeldSince(int noted) => isAlone || (!IsOver && noted == Term);

    /// <summary>The database has this host's sign of life.</summary>
    /// <param name="begunAt">When the statement was sent, a timestamp of the clock: the others may have seen it from then on.</param>
    public void Renew(long begunAt)
    {
        if (IsOver) Lose();
        Volatile.Write(ref renewedAt, begunAt);
    }

    /// <summary>Another host has declared this one dead.</summary>
    public void Lose() => Interlocked.Increment(ref term);

    private bool IsOver => clock.GetElapsedTime(Volatile.Read(ref renewedAt)) >= Timing.LeaseHeld;
}
