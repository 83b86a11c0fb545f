namespace Dispatch.Time;

/// <summary>The engine's own intervals.</summary>
internal static class Timing
{
    /// <summary>
    /// How long before its due time a job's alarm rings. Hangfire truncates to whole seconds (up to 1 s early) and polls every
    /// <see cref="SchedulePoll"/>; what is left is the delivery's to wait out.
    /// </summary>
    public static readonly TimeSpan AlarmLead = TimeSpan.FromSeconds(3);

    /// <summary>How long before its due time a job is claimed, so that the commit is over when the instant comes.</summary>
    public static readonly TimeSpan ClaimLead = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest <see cref="ClaimLead"/>, where transactions take long.</summary>
    public static readonly TimeSpan LongestClaimLead = TimeSpan.FromMilliseconds(250);

    /// <summary>No claim is made longer before its due time than this: 50 ms more, for a clock that was set back.</summary>
    public static readonly TimeSpan EarliestClaim = LongestClaimLead + TimeSpan.FromMilliseconds(50);

    /// <summary>Jobs due later than this stay in the database only.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromMinutes(10);

    /// <summary>Jobs due within this are armed even when the alarm clock is fairly full.</summary>
    public static readonly TimeSpan NearHorizon = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan SchedulePoll = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the sweeper looks for jobs to arm and for alarms that were lost.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    /// <summary>A job this long overdue whose alarm is not at work has lost it.</summary>
    public static readonly TimeSpan AlarmLost = TimeSpan.FromSeconds(5);

    /// <summary>An overdue job that has been armed for this long and is not done waits behind a receiver that hangs.</summary>
    public static readonly TimeSpan OverdueStuck = TimeSpan.FromSeconds(2);

    /// <summary>How often a host that shares its database says that it lives, and looks who else does.</summary>
    public static readonly TimeSpan HostBeat = TimeSpan.FromSeconds(1);

    /// <summary>A host that has not been seen for this long is dead: with one beat more, its jobs are taken over within 10 s of its end.</summary>
    public static readonly TimeSpan HostDead = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long after its last beat a host sends what it has claimed. Less than <see cref="HostDead"/>, so that a host that was paused does not send what
    /// another has taken over; the difference is for a request on its way to the socket.
    /// </summary>
    public static readonly TimeSpan LeaseHeld = TimeSpan.FromSeconds(6);

    /// <summary>How long a transaction may wait for its host's next statement before the server ends it. Less than <see cref="HostDead"/>: a paused host's locks go before it is taken for dead.</summary>
    public static readonly TimeSpan TransactionHeld = TimeSpan.FromSeconds(5);

    /// <summary>Where several hosts share the work, a job that is due within this and still free is anyone's.</summary>
    public static readonly TimeSpan AnyonesLead = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopping host waits for what is on the wire.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);

    /// <summary>How long Hangfire's pages show what has ended: some 2 KB of memory a job, or a handful of rows. The job's page shows it for good.</summary>
    public static readonly TimeSpan HangfireShows = TimeSpan.FromSeconds(15);
}
