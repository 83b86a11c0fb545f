namespace Dispatch.Time;

internal static class Timing
{
    /// <summary>
    /// How long before its due time a job's alarm rings. Hangfire truncates to whole seconds (up to 1 s early) and polls every
    /// <see cref="SchedulePoll"/>. The delivery waits for the rest.
    /// </summary>
    public static readonly TimeSpan AlarmLead = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long before its due time Hangfire gets a job's alarm: longer than <see cref="AlarmLead"/> by more than the alarm clock's
    /// interval, <see cref="Sweep"/>. Until then the alarm clock keeps it.
    /// </summary>
    public static readonly TimeSpan HandOverLead = AlarmLead + TimeSpan.FromSeconds(3);

    /// <summary>How long before its due time a job is claimed, so that the claim is committed by then.</summary>
    public static readonly TimeSpan ClaimLead = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest <see cref="ClaimLead"/>, for slow transactions.</summary>
    public static readonly TimeSpan LongestClaimLead = TimeSpan.FromMilliseconds(250);

    /// <summary>No job is claimed earlier than this before its due time: 50 ms more, in case the clock was set back.</summary>
    public static readonly TimeSpan EarliestClaim = LongestClaimLead + TimeSpan.FromMilliseconds(50);

    /// <summary>Jobs due later than this stay in the database only.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromMinutes(10);

    /// <summary>Jobs due within this are armed even if the alarm clock is fairly full.</summary>
    public static readonly TimeSpan NearHorizon = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan SchedulePoll = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the sweeper looks for jobs to arm and for alarms that were lost.</summary>
    public static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    /// <summary>A job that is overdue for this long has lost its alarm, unless the alarm is at work.</summary>
    public static readonly TimeSpan LostAlarmAfter = TimeSpan.FromSeconds(5);

    /// <summary>An overdue job that was armed this long ago and is not done waits behind a hanging receiver.</summary>
    public static readonly TimeSpan OverdueTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How often a host that shares its database writes its heartbeat and reads those of the others.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>A host is dead after this long without a heartbeat. Others take over its jobs within 10 s, one beat included.</summary>
    public static readonly TimeSpan HostTimeout = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How long after its last heartbeat a host still sends claimed jobs. Less than <see cref="HostTimeout"/>; otherwise a host that was
    /// paused would send a job that another host has taken over. The difference covers a request on its way to the socket.
    /// </summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(6);

    /// <summary>A host claims no job if its lease is over within this. Heartbeats leave far more.</summary>
    public static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(2);

    /// <summary>How soon a heartbeat that failed is tried again.</summary>
    public static readonly TimeSpan HeartbeatRetry = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long a transaction may wait for its host's next statement before the server ends it. Less than <see cref="HostTimeout"/>,
    /// so that a paused host loses its locks before it is declared dead.
    /// </summary>
    public static readonly TimeSpan IdleTransactionTimeout = TimeSpan.FromSeconds(5);

    /// <summary>If several hosts share the work, any of them may arm a free job that is due within this.</summary>
    public static readonly TimeSpan FreeForAllLead = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopping host waits for deliveries on the wire.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);

    /// <summary>How long Hangfire's pages show an ended job, which costs memory or rows. The job's own page shows it for good.</summary>
    public static readonly TimeSpan HangfireRetention = TimeSpan.FromSeconds(15);
}
