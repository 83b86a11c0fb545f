using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Time;

namespace Dispatch.Hosts;

/// <summary>
/// Knows whether this host still owns the jobs it has claimed. If a host was paused or cut off from the database too long, others take over
/// its jobs, and it must not send them when it wakes up. Uses the monotonic clock, which goes on while a process is stopped.
/// </summary>
internal sealed class Lease(DatabaseOptions database, TimeProvider clock)
{
    private readonly bool isAlone = database.Provider.ServesOneHost();   // the lock on the database file is the lease
    private long renewedAt = clock.GetTimestamp();
    private int term;

    /// <summary>Changes each time the lease is lost. A claim notes it.</summary>
    public int Term => Volatile.Read(ref term);

    /// <summary>
    /// The term for a claim made now; null while the lease is not held, or will be over soon, because the job would not be sent. After an
    /// outage the writer may be back before the heartbeat is.
    /// </summary>
    public int? TermForClaim => isAlone || Age < Timing.LeaseDuration - Timing.LeaseMargin ? Term : null;

    /// <summary>True while no other host may take this one for dead.</summary>
    public bool IsHeld => isAlone || !IsOver;

    /// <summary>True if the lease was held without a break since that term was noted.</summary>
    // Reads the time before the term, because a renewal after a break changes the term before the time.
    public bool IsHeldSince(int noted) => isAlone || (!IsOver && noted == Term);

    /// <summary>Renews the lease after the host's row was updated.</summary>
    /// <param name="begunAt">When the UPDATE was sent, a timestamp of the clock, because other hosts may measure from then on.</param>
    public void Renew(long begunAt)
    {
        if (IsOver) Lose();
        Volatile.Write(ref renewedAt, begunAt);
    }

    /// <summary>Called when another host has declared this one dead.</summary>
    public void Lose() => Interlocked.Increment(ref term);

    private bool IsOver => Age >= Timing.LeaseDuration;

    private TimeSpan Age => clock.GetElapsedTime(Volatile.Read(ref renewedAt));
}
