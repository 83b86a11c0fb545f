namespace Dispatch.Model;

public enum AttemptStatus
{
    Success,

    /// <summary>Any other answer, a connection or TLS error, or the time limit.</summary>
    Failed,

    /// <summary>The host died during the attempt, which does not count against the ladder.</summary>
    Interrupted,
}
