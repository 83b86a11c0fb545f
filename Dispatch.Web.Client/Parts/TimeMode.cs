namespace Dispatch.Web.Client.Parts;

/// <summary>How <see cref="LocalTime"/> says an instant.</summary>
public enum TimeMode
{
    /// <summary>Day and time, to the second.</summary>
    Instant,

    /// <summary>Day and time, to the millisecond.</summary>
    Precise,

    /// <summary>Time of day, to the millisecond.</summary>
    Time,

    /// <summary>"in 2 min", "3 hr. ago".</summary>
    Relative,

    /// <summary>What is left, ticking: 01:23.</summary>
    Countdown,
}
